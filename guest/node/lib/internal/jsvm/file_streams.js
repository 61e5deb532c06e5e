'use strict';
// `fs.ReadStream` and `fs.WriteStream`, over open files, and `fs.Dir`.
const { Readable, Writable } = require('stream');
const { Buffer } = require('buffer');
const { validateFunction, validateInteger } = require('internal/validators');
const { codes: { ERR_DIR_CLOSED, ERR_OUT_OF_RANGE } } = require('internal/errors');

module.exports = ({ fs, promises, later, settingsOf, pathOf, encodingOf, FileHandle }) => {
  // The file of a stream: one that is open already, or one that is opened now.
  function attach(stream, path, settings, flags) {
    const { fd } = settings;
    stream.handle = fd instanceof FileHandle ? fd : undefined;
    stream.fd = stream.handle?.fd ?? fd ?? null;
    stream.path = stream.fd === null ? path : undefined;
    if (stream.fd === null) pathOf(path);
    stream.flags = settings.flags ?? flags;
    stream.mode = settings.mode ?? 0o666;
    stream.closesFile = settings.autoClose ?? true;
  }
  function construct(stream, callback) {
    if (stream.fd !== null) return callback();
    later.open(stream.path, stream.flags, stream.mode).then((fd) => {
      stream.fd = fd;
      callback();
      stream.emit('open', fd);
      stream.emit('ready');
    }, callback);
  }
  function release(stream, error, callback) {
    const { fd, handle } = stream;
    if (fd === null || !stream.closesFile) return callback(error);
    stream.fd = null;
    (handle === undefined ? later.close(fd) : handle.close()).then(() => callback(error), (failed) => callback(error ?? failed));
  }
  function placeOf(settings, name) {
    const place = settings[name];
    if (place !== undefined && place !== Infinity) validateInteger(place, name, 0);
    return place;
  }

  class ReadStream extends Readable {
    constructor(path, options) {
      const settings = settingsOf(options);
      encodingOf(settings);
      const [start, end] = [placeOf(settings, 'start'), placeOf(settings, 'end') ?? Infinity];
      if (start !== undefined && start > end) throw new ERR_OUT_OF_RANGE('start', `<= "end" (here: ${end})`, start);
      super({ highWaterMark: 64 * 1024, autoDestroy: true, ...settings, encoding: settings.encoding ?? undefined });
      attach(this, path, settings, 'r');
      this.start = start;
      this.end = end;
      this.pos = start;
      this.bytesRead = 0;
    }
    get autoClose() { return this.closesFile; }
    get pending() { return this.fd === null; }
    _construct(callback) { construct(this, callback); }
    _read(size) {
      const length = Math.min(size, this.end - (this.pos ?? this.bytesRead) + 1);
      if (length <= 0) return void this.push(null);
      const buffer = Buffer.allocUnsafeSlow(length);
      later.read(this.fd, buffer, 0, length, this.pos ?? null).then((read) => {
        if (this.destroyed) return;
        if (this.pos !== undefined) this.pos += read;
        this.bytesRead += read;
        this.push(read === 0 ? null : buffer.subarray(0, read));
      }, (error) => this.destroy(error));
    }
    _destroy(error, callback) { release(this, error, callback); }
    close(callback) {
      if (callback !== undefined) this.once('close', callback);
      this.destroy();
    }
  }

  class WriteStream extends Writable {
    constructor(path, options) {
      const settings = settingsOf(options);
      encodingOf(settings);
      const start = placeOf(settings, 'start');
      super({ decodeStrings: true, autoDestroy: true, emitClose: true, ...settings });
      attach(this, path, settings, start === undefined ? 'w' : 'r+');
      if (settings.encoding) this.setDefaultEncoding(settings.encoding);
      this.start = start;
      this.pos = start;
      this.bytesWritten = 0;
      this.flushes = settings.flush ?? false;
    }
    get autoClose() { return this.closesFile; }
    get pending() { return this.fd === null; }
    _construct(callback) { construct(this, callback); }
    _write(chunk, encoding, callback) {
      later.write(this.fd, chunk, 0, chunk.length, this.pos ?? null).then((written) => {
        if (this.pos !== undefined) this.pos += written;
        this.bytesWritten += written;
        callback();
      }, callback);
    }
    _writev(chunks, callback) { this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', callback); }
    _final(callback) {
      if (!this.flushes) return callback();
      later.fsync(this.fd).then(() => callback(), callback);
    }
    _destroy(error, callback) { release(this, error, callback); }
    close(callback) {
      if (callback !== undefined) {
        if (this.closed) return void process.nextTick(callback);
        this.once('close', callback);
      }
      this.end();
    }
  }

  class Dir {
    #entries;
    constructor(path, entries) {
      this.path = path;
      this.#entries = entries;
    }
    readSync() {
      if (this.#entries === undefined) throw new ERR_DIR_CLOSED();
      return this.#entries.shift() ?? null;
    }
    async read(callback) {
      if (callback === undefined) return this.readSync();
      process.nextTick(callback, null, this.readSync());
    }
    closeSync() {
      if (this.#entries === undefined) throw new ERR_DIR_CLOSED();
      this.#entries = undefined;
    }
    async close(callback) {
      this.closeSync();
      if (callback !== undefined) process.nextTick(callback, null);
    }
    async* [Symbol.asyncIterator]() {
      try {
        for (let entry; (entry = this.readSync()) !== null;) yield entry;
      } finally {
        this.#entries = undefined;
      }
    }
    async [Symbol.asyncDispose]() { this.#entries = undefined; }
  }

  const dirOptions = (options) => ({ recursive: options?.recursive, withFileTypes: true });
  Object.assign(fs, {
    ReadStream, WriteStream, FileReadStream: ReadStream, FileWriteStream: WriteStream, Dir,
    createReadStream: (path, options) => new ReadStream(path, options),
    createWriteStream: (path, options) => new WriteStream(path, options),
    opendirSync: (path, options) => new Dir(path, fs.readdirSync(path, dirOptions(options))),
    opendir(path, ...rest) {
      const callback = rest.pop();
      validateFunction(callback, 'callback');
      promises.opendir(path, rest[0]).then((dir) => callback(null, dir), callback);
    },
  });
  promises.opendir = async (path, options) => new Dir(path, await promises.readdir(path, dirOptions(options)));
};
