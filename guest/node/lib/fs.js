'use strict';
// Files. The embedder has the functions, as the module `jsvm:fs`, and checks what they may reach. What is here reads
// whole files; `internal/jsvm/files` has the rest.
const builtins = require('internal/jsvm/builtins');
const { Buffer } = require('buffer');
const { toPathIfFileURL } = require('internal/url');
const { normalizeEncoding } = require('internal/util');
const { codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } } = require('internal/errors');
const { validateFunction } = require('internal/validators');
const constants = internalBinding('constants').fs;

// A component that is built replaces these when it runs, if its host has files.
let files;
function functions() {
  if (files === undefined) {
    files = { __proto__: null };
    try {
      Object.assign(files, builtins.tools.createRequire('/noop.js')('jsvm:fs'));
    } catch {
      // The embedder offers none.
    }
  }
  return files;
}

const native = new Proxy({ __proto__: null }, {
  __proto__: null,
  get(_, name) {
    if (name === 'has') return (key) => key in functions();
    if (name === 'input') return require('internal/jsvm/input').readNow;
    if (name === 'inputLater') return require('internal/jsvm/input').readLater;
    return functions()[name] ?? (() => { throw refusal(name, 'the embedder of this VM offers no files'); });
  },
});

function refusal(name, why) {
  const error = new Error(`fs.${name} cannot be used here: ${why}`);
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  return error;
}

function pathOf(path, name = 'path') {
  const plain = toPathIfFileURL(path);
  if (typeof plain === 'string') {
    if (plain.includes('\0')) throw new ERR_INVALID_ARG_VALUE(name, plain, 'must be a string, Uint8Array, or URL without null bytes');
    return plain;
  }
  if (plain instanceof Uint8Array) return Buffer.from(plain).toString();
  throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'URL'], path);
}

function encodingOf(options) {
  const encoding = typeof options === 'string' ? options : options?.encoding;
  if (encoding === undefined || encoding === null || encoding === 'buffer') return undefined;
  const normal = normalizeEncoding(encoding);
  if (normal === undefined) throw new ERR_INVALID_ARG_VALUE('encoding', encoding, 'is invalid encoding');
  return normal;
}

function contents(bytes, encoding) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding ? buffer.toString(encoding) : buffer;
}

class Stats {
  #kind;
  constructor({ 0: kind, 1: size, 2: mode, 3: { 0: read, 1: changed, 2: made } }) {
    this.#kind = kind;
    this.dev = 0;
    this.mode = mode;
    this.nlink = 1;
    this.uid = 0;
    this.gid = 0;
    this.rdev = 0;
    this.blksize = 4096;
    this.ino = 0;
    this.size = size;
    this.blocks = Math.ceil(size / 512);
    this.atimeMs = read;
    this.mtimeMs = this.ctimeMs = changed;
    this.birthtimeMs = made;
  }
  // Makes one of the numbers that an open file has.
  static ofNumbers(all) {
    const milliseconds = (index) => all[index] * 1000 + all[index + 1] / 1e6;
    const kinds = { __proto__: null, [constants.S_IFREG]: 'file', [constants.S_IFDIR]: 'directory', [constants.S_IFLNK]: 'link' };
    const kind = kinds[all[1] & constants.S_IFMT] ?? 'other';
    const stats = new Stats([kind, all[8], all[1], [milliseconds(10), milliseconds(12), milliseconds(16)]]);
    const names = ['dev', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'blksize', 'ino', 'size', 'blocks'];
    for (let index = 0; index < names.length; index++) stats[names[index]] = all[index];
    stats.ctimeMs = milliseconds(14);
    return stats;
  }
  get atime() { return new Date(this.atimeMs); }
  get mtime() { return new Date(this.mtimeMs); }
  get ctime() { return new Date(this.ctimeMs); }
  get birthtime() { return new Date(this.birthtimeMs); }
  isFile() { return this.#kind === 'file'; }
  isDirectory() { return this.#kind === 'directory'; }
  isSymbolicLink() { return this.#kind === 'link'; }
  isBlockDevice() { return false; }
  isCharacterDevice() { return false; }
  isFIFO() { return false; }
  isSocket() { return false; }
}

class Dirent {
  #kind;
  constructor(parent, { 0: name, 1: kind }) {
    this.name = name;
    this.parentPath = parent;
    this.#kind = kind;
  }
  isFile() { return this.#kind === 'file'; }
  isDirectory() { return this.#kind === 'directory'; }
  isSymbolicLink() { return this.#kind === 'link'; }
  isBlockDevice() { return false; }
  isCharacterDevice() { return false; }
  isFIFO() { return false; }
  isSocket() { return false; }
}

const join = (parent, name) => (parent.endsWith('/') ? parent + name : `${parent}/${name}`);
const listed = (parent, list, options, prefix = '') => list.map((entry) => (
  options?.withFileTypes ? new Dirent(parent, entry) : prefix + entry[0]));

function listAll(path, options) {
  if (!options?.recursive) return listed(path, native.list(path), options);
  const all = [];
  const walk = (folder, prefix) => {
    const list = native.list(folder);
    all.push(...listed(folder, list, options, prefix));
    for (const { 0: name, 1: kind } of list) if (kind === 'directory') walk(join(folder, name), `${prefix}${name}/`);
  };
  walk(path, '');
  return all;
}
async function listAllLater(path, options) {
  if (!options?.recursive) return listed(path, await native.listLater(path), options);
  const all = [];
  const walk = async (folder, prefix) => {
    const list = await native.listLater(folder);
    all.push(...listed(folder, list, options, prefix));
    for (const { 0: name, 1: kind } of list) if (kind === 'directory') await walk(join(folder, name), `${prefix}${name}/`);
  };
  await walk(path, '');
  return all;
}

let readOpenFileLater;
const promises = {
  async readFile(path, options) {
    if (typeof path?.fd === 'number' || path === '/dev/stdin' || (options?.flag ?? 'r') !== 'r') return readOpenFileLater(path, options);
    const encoding = encodingOf(options);
    options?.signal?.throwIfAborted();
    return contents(await native.readLater(pathOf(path)), encoding);
  },
  async readdir(path, options) { return listAllLater(pathOf(path), typeof options === 'string' ? undefined : options); },
  async stat(path) { return new Stats(await native.statLater(pathOf(path))); },
  async lstat(path) { return new Stats(await native.linkStatLater(pathOf(path))); },
  async access(path) { await native.statLater(pathOf(path)); },
  constants,
};

let readOpenFile;
const fs = {
  constants,
  F_OK: constants.F_OK, R_OK: constants.R_OK, W_OK: constants.W_OK, X_OK: constants.X_OK,
  Stats,
  Dirent,
  readFileSync(path, options) {
    if (typeof path === 'number' || path === '/dev/stdin' || (options?.flag ?? 'r') !== 'r') return readOpenFile(path, options);
    const encoding = encodingOf(options);
    return contents(native.read(pathOf(path)), encoding);
  },
  readdirSync(path, options) { return listAll(pathOf(path), typeof options === 'string' ? undefined : options); },
  statSync(path, options) {
    try {
      return new Stats(native.stat(pathOf(path)));
    } catch (error) {
      if ((error.code === 'ENOENT' || error.code === 'ENOTDIR') && options?.throwIfNoEntry === false) return undefined;
      throw error;
    }
  },
  lstatSync(path, options) {
    try {
      return new Stats(native.linkStat(pathOf(path)));
    } catch (error) {
      if ((error.code === 'ENOENT' || error.code === 'ENOTDIR') && options?.throwIfNoEntry === false) return undefined;
      throw error;
    }
  },
  accessSync(path) { native.stat(pathOf(path)); },
  existsSync(path) {
    let plain;
    try {
      plain = pathOf(path);
    } catch {
      return false;
    }
    try {
      native.stat(plain);
      return true;
    } catch (error) {
      // That it may not be known is no answer.
      if (error.code === 'ERR_ACCESS_DENIED') throw error;
      return false;
    }
  },
  exists(path, callback) {
    validateFunction(callback, 'cb');
    promises.access(path).then(() => callback(true), () => callback(false));
  },
  // The whole file is read at the first read of the stream.
  createReadStream(path, options = {}) {
    const { Readable } = require('stream');
    const settings = typeof options === 'string' ? { encoding: options } : options;
    const { start = 0, end = Infinity } = settings;
    let bytes;
    let at = start;
    const stream = new Readable({
      encoding: settings.encoding,
      highWaterMark: settings.highWaterMark ?? 64 * 1024,
      signal: settings.signal,
      read(size) {
        const give = () => {
          const stop = Math.min(at + size, end + 1, bytes.length);
          stream.bytesRead = stop - start;
          const chunk = at < stop ? bytes.subarray(at, stop) : null;
          at = stop;
          stream.push(chunk);
        };
        if (bytes !== undefined) return give();
        promises.readFile(path).then((read) => {
          bytes = read;
          stream.emit('open', 3);
          stream.emit('ready');
          give();
        }, (error) => stream.destroy(error));
      },
    });
    stream.path = path;
    stream.close = (callback) => {
      if (typeof callback === 'function') stream.once('close', callback);
      stream.destroy();
    };
    stream.bytesRead = 0;
    return stream;
  },
};
for (const name of ['readFile', 'readdir', 'stat', 'lstat', 'access']) {
  fs[name] = { [name](path, ...rest) {
    const callback = rest.pop();
    validateFunction(callback, 'cb');
    if (name === 'readFile') encodingOf(rest[0]);
    pathOf(path);
    promises[name](path, rest[0]).then((value) => process.nextTick(callback, null, value), (error) => process.nextTick(callback, error));
  } }[name];
}

// Paths are real if nothing in them is a symbolic link; the embedder follows links when it opens a file.
const path = require('path');
const real = (value) => {
  const plain = path.resolve(pathOf(value));
  native.stat(plain);
  return plain;
};
fs.realpathSync = Object.assign((value) => real(value), { native: (value) => real(value) });
promises.realpath = async (value) => real(value);
fs.realpath = (value, options, callback = options) => promises.realpath(value).then((found) => callback(null, found), callback);
fs.realpath.native = fs.realpath;

// Adds the functions that write or use open files. `readFileSync` of a path, `existsSync` and `exists` stay.
const { readFileSync } = fs;
const { readFile } = promises;
require('internal/jsvm/files')({ fs, promises, native, pathOf, encodingOf, contents, Stats, refusal });
readOpenFile = fs.readFileSync;
fs.readFileSync = readFileSync;
readOpenFileLater = promises.readFile;
promises.readFile = readFile;

const wholeFile = fs.createReadStream;
fs.createReadStream = (path, options) => (native.has('call') ? new fs.ReadStream(path, options) : wholeFile(path, options));

for (const name of ['watch', 'watchFile', 'unwatchFile', 'glob', 'globSync', 'openAsBlob', 'lchmod', 'lchmodSync', 'statfs', 'statfsSync']) {
  fs[name] = { [name]() { throw refusal(name, 'the embedder has no such function'); } }[name];
}
fs.Utf8Stream = function Utf8Stream() { throw refusal('Utf8Stream', 'the embedder has no such function'); };
fs._toUnixTimestamp = (time) => Number(time) / 1000;
Object.defineProperty(fs, 'promises', { __proto__: null, configurable: true, enumerable: true, get: () => promises });
Object.defineProperty(fs, Symbol.for('jsvm.files'), { __proto__: null, get: functions });
module.exports = fs;
