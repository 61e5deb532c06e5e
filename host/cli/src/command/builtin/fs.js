// `node:fs`, as far as reading goes.
"use strict";
const native = { ...require("jsvm:fs") }; // A built file replaces these, if its host mounts files.

const invalid = (name, value) => {
  const error = new TypeError(`The "${name}" argument must be of type string. Received ${typeof value}`);
  error.code = "ERR_INVALID_ARG_TYPE";
  return error;
};

function pathOf(path) {
  if (typeof path === "string") return path;
  if (path instanceof Uint8Array) return decode(path);
  const href = path?.href;
  if (typeof href === "string" && href.startsWith("file://")) {
    return decodeURIComponent(href.slice("file://".length));
  }
  throw invalid("path", path);
}

function encodingOf(options) {
  const encoding = typeof options === "string" ? options : options?.encoding;
  if (encoding === undefined || encoding === null || encoding === "buffer") return undefined;
  if (!/^utf-?8$/i.test(encoding)) {
    const error = new TypeError(`Unknown encoding: ${encoding}: only utf8 is supported`);
    error.code = "ERR_INVALID_ARG_VALUE";
    throw error;
  }
  return "utf8";
}

const decode = (bytes) => native.decodeUtf8(bytes);
const contents = (bytes, encoding) => (encoding ? decode(bytes) : bytes);

class Stats {
  #kind;
  constructor([kind, size, mode, [read, changed, made]]) {
    this.#kind = kind;
    this.mode = mode;
    this.size = size;
    this.atimeMs = read;
    this.mtimeMs = this.ctimeMs = changed;
    this.birthtimeMs = made;
    this.atime = new Date(read);
    this.mtime = this.ctime = new Date(changed);
    this.birthtime = new Date(made);
  }
  isFile() { return this.#kind === "file"; }
  isDirectory() { return this.#kind === "directory"; }
  isSymbolicLink() { return this.#kind === "link"; }
}

class Dirent {
  #kind;
  constructor(parent, [name, kind]) {
    this.name = name;
    this.parentPath = parent;
    this.#kind = kind;
  }
  isFile() { return this.#kind === "file"; }
  isDirectory() { return this.#kind === "directory"; }
  isSymbolicLink() { return this.#kind === "link"; }
}

const entries = (parent, list, options) =>
  options?.withFileTypes ? list.map((entry) => new Dirent(parent, entry)) : list.map(([name]) => name);

const promises = {
  async readFile(path, options) {
    const encoding = encodingOf(options);
    return contents(await native.readLater(pathOf(path)), encoding);
  },
  async readdir(path, options) {
    return entries(pathOf(path), await native.listLater(pathOf(path)), options);
  },
  async stat(path) {
    return new Stats(await native.statLater(pathOf(path)));
  },
  async lstat(path) {
    return new Stats(await native.linkStatLater(pathOf(path)));
  },
  async access(path) {
    await native.statLater(pathOf(path));
  },
};

module.exports = {
  promises,
  constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 },
  Stats,
  Dirent,
  readFileSync(path, options) {
    const encoding = encodingOf(options);
    return contents(native.read(pathOf(path)), encoding);
  },
  readdirSync(path, options) {
    return entries(pathOf(path), native.list(pathOf(path)), options);
  },
  statSync(path, options) {
    try {
      return new Stats(native.stat(pathOf(path)));
    } catch (error) {
      if (error.code === "ENOENT" && options?.throwIfNoEntry === false) return undefined;
      throw error;
    }
  },
  lstatSync(path) {
    return new Stats(native.linkStat(pathOf(path)));
  },
  accessSync(path) {
    native.stat(pathOf(path));
  },
  existsSync(path) {
    try {
      native.stat(pathOf(path));
      return true;
    } catch (error) {
      // That it may not be known is no answer.
      if (error.code === "ERR_ACCESS_DENIED") throw error;
      return false;
    }
  },
};

Object.defineProperty(module.exports, Symbol.for("jsvm.files"), { __proto__: null, value: native });
