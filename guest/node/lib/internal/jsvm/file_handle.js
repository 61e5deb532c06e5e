'use strict';
// The class `FileHandle` of `fs.promises.open`.
const { EventEmitter } = require('events');
const { Buffer } = require('buffer');

module.exports = ({ fs, promises, later, settingsOf }) => {
  return class FileHandle extends EventEmitter {
    #fd;
    #closing;
    constructor(fd) {
      super();
      this.#fd = fd;
    }
    get fd() { return this.#fd; }
    async read(view, ...rest) {
      if (!ArrayBuffer.isView(view)) {
        rest = [view ?? {}];
        view = view?.buffer ?? Buffer.alloc(16384);
      }
      return { __proto__: null, bytesRead: await later.read(this.#fd, view, ...rest), buffer: view };
    }
    async write(data, ...rest) { return { __proto__: null, bytesWritten: await later.write(this.#fd, data, ...rest), buffer: data }; }
    async readv(views, position) { return { __proto__: null, bytesRead: await later.readv(this.#fd, views, position), buffers: views }; }
    async writev(views, position) { return { __proto__: null, bytesWritten: await later.writev(this.#fd, views, position), buffers: views }; }
    readFile(options) { return later.readFile(this.#fd, options); }
    writeFile(data, options) { return promises.writeFile(this, data, options); }
    appendFile(data, options) { return promises.appendFile(this, data, options); }
    stat() { return later.fstat(this.#fd); }
    truncate(length) { return later.ftruncate(this.#fd, length); }
    sync() { return later.fsync(this.#fd); }
    datasync() { return later.fdatasync(this.#fd); }
    chmod(mode) { return later.fchmod(this.#fd, mode); }
    chown(user, group) { return later.fchown(this.#fd, user, group); }
    utimes(read, changed) { return later.futimes(this.#fd, read, changed); }
    close() {
      if (this.#closing !== undefined) return this.#closing;
      if (this.#fd === -1) return Promise.resolve();
      const fd = this.#fd;
      this.#fd = -1;
      this.#closing = later.close(fd).finally(() => {
        this.#closing = undefined;
        this.emit('close');
      });
      return this.#closing;
    }
    createReadStream(options) { return fs.createReadStream('', { ...settingsOf(options), fd: this }); }
    createWriteStream(options) { return fs.createWriteStream('', { ...settingsOf(options), fd: this }); }
    readLines(options) {
      return require('readline').createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
    }
    [Symbol.asyncDispose]() { return this.close(); }
  };
};
