'use strict';
const { ERR_INVALID_FD } = require('internal/errors').codes;
const isatty = (fd) => {
  if (!Number.isInteger(fd) || fd < 0 || fd > 2) return false;
  const stream = fd === 0 ? process.stdin : fd === 1 ? process.stdout : process.stderr;
  return Boolean(stream?.isTTY);
};
class TTY {
  constructor(fd) {
    if (fd >> 0 !== fd || fd < 0) throw new ERR_INVALID_FD(fd);
    const error = new Error('tty: a VM opens no terminals; use process.stdin, process.stdout and process.stderr');
    error.code = 'ERR_TTY_INIT_FAILED';
    throw error;
  }
}
class ReadStream extends TTY {}
class WriteStream extends TTY {}
const colors = require('internal/tty');
WriteStream.prototype.getColorDepth = colors.getColorDepth;
WriteStream.prototype.hasColors = colors.hasColors;
module.exports = { isatty, ReadStream, WriteStream };
