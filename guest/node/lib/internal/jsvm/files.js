'use strict';
// The functions of `fs` that write or use open files. Each operation is a generator of the calls
// that it needs, which are made at once (`fs.writeFileSync`) or later (`fs.writeFile` and its promise).
//
// An open file is a number in the table of the VM, with its place in the file. A number of the embedder's is behind
// it, which a VM that was restored elsewhere does not find: files that are read are opened again then if they are
// the same, and others fail with `ESTALE`.
const { Buffer } = require('buffer');
const {
  AbortError,
  codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE },
} = require('internal/errors');
const { parseFileMode, validateFunction, validateInt32, validateInteger, validateObject } = require('internal/validators');

const constants = internalBinding('constants').fs;
const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;
const FLAGS = { __proto__: null };
for (const [letter, number] of [['r', O_RDONLY], ['w', O_TRUNC | O_CREAT | O_WRONLY], ['a', O_APPEND | O_CREAT | O_WRONLY]]) {
  for (const [more, extra] of [['', 0], ['x', O_EXCL], ['s', O_SYNC]]) {
    if ((letter === 'r' && more === 'x') || (letter === 'w' && more === 's')) continue;
    const both = (number & ~O_WRONLY) | O_RDWR;
    for (const name of [letter + more, more + letter]) FLAGS[name] = number | extra;
    for (const name of [`${letter}${more}+`, `${more}${letter}+`]) FLAGS[name] = both | extra;
  }
}
// How much is read at once where the size is not known.
const PART = 64 * 1024;

function flagsOf(flags, name = 'flags') {
  if (typeof flags === 'number') {
    validateInt32(flags, name);
    return flags;
  }
  if (flags === undefined || flags === null) return O_RDONLY;
  const number = FLAGS[flags];
  if (number === undefined) throw new ERR_INVALID_ARG_VALUE(name, flags);
  return number;
}

const modeOf = (mode, normal) => parseFileMode(mode, 'mode', normal);
const settingsOf = (options) => (typeof options === 'string' ? { encoding: options } : options ?? {});

function lengthOf(length, name = 'len') {
  validateInteger(length, name);
  return Math.max(0, length);
}

function secondsOf(time, name) {
  // As in Node.js, a text of digits is a number.
  if (typeof time === 'string' && time.trim() !== '' && !Number.isNaN(Number(time))) return Number(time);
  if (Number.isFinite(time)) return time < 0 ? Date.now() / 1000 : time;
  if (time instanceof Date) return time.getTime() / 1000;
  throw new ERR_INVALID_ARG_TYPE(name, ['Date', 'Time in seconds'], time);
}

function bytesOf(data, encoding = 'utf8', name = 'data') {
  if (typeof data === 'string') return Buffer.from(data, encoding ?? 'utf8');
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

function idOf(id, name) {
  validateInteger(id, name, -1, 2 ** 32 - 1);
  return id;
}

function badDescriptor(call) {
  const error = new Error(`EBADF: bad file descriptor, ${call}`);
  return Object.assign(error, { errno: -9, code: 'EBADF', syscall: call });
}

module.exports = ({ fs, promises, native, pathOf, encodingOf, contents, Stats, refusal }) => {
  const table = new Map();
  const isOpen = (fd) => typeof fd === 'number';
  const isInput = (path) => path === '/dev/stdin';

  // Checks that are made before anything is asked of the embedder.
  function callOf(later, operation) {
    const call = later ? native.callLater : native.call;
    if (native.has('call')) return call;
    throw refusal(operation, 'files can only be read');
  }
  function runNow(steps) {
    let step = steps.next();
    while (!step.done) {
      let answer;
      try {
        const { 0: operation, ...rest } = step.value;
        answer = operation[0] === '#' ? native[operation.slice(1)](rest[1]) : callOf(false, operation)(...step.value);
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(answer);
    }
    return step.value;
  }
  async function runLater(steps, first) {
    let step = first;
    while (!step.done) {
      let answer;
      try {
        const { 0: operation, 1: path } = step.value;
        if (operation[0] === '#') answer = await native[`${operation.slice(1)}Later`](path);
        else answer = await callOf(true, operation)(...step.value);
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(answer);
    }
    return step.value;
  }

  // The open file of a number.
  function fileOf(fd, call) {
    validateInt32(fd, 'fd', 0);
    const file = table.get(fd);
    if (file === undefined) throw badDescriptor(call);
    return file;
  }
  function* onFile(fd, call, ...args) {
    const file = fileOf(fd, call);
    try {
      return yield [call, file.token, ...args];
    } catch (error) {
      if (error.code !== 'ESTALE' || file.writes) throw error;
      const { 0: token } = yield ['reopen', file.path, file.identity];
      file.token = token;
      return yield [call, token, ...args];
    }
  }

  const operations = { __proto__: null };
  operations.open = function* (path, flags = 'r', mode) {
    const plain = pathOf(path);
    const number = flagsOf(flags);
    if (isInput(plain)) return 0;
    const bits = modeOf(mode, 0o666);
    const { 0: token, 1: identity } = yield ['open', plain, number, bits];
    let fd = 3;
    while (table.has(fd)) fd++;
    const writes = (number & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) !== 0;
    table.set(fd, { token, identity, path: plain, writes, appends: (number & O_APPEND) !== 0, position: 0 });
    return fd;
  };
  operations.close = function* (fd) {
    if (fd === 0 || fd === 1 || fd === 2) return;
    const { token } = fileOf(fd, 'close');
    table.delete(fd);
    try {
      yield ['close', token];
    } catch (error) {
      // It was open in another process.
      if (error.code !== 'ESTALE') throw error;
    }
  };
  // Reads some bytes. Without a position, those after the last that were read or written.
  function* readPart(fd, length, position) {
    if (fd === 0) return yield ['#input', length];
    const file = fileOf(fd, 'read');
    const isPlaced = position !== null && position !== undefined && position >= 0;
    const bytes = yield* onFile(fd, 'read', length, isPlaced ? Number(position) : file.position);
    if (!isPlaced) file.position += bytes.length;
    return bytes;
  }
  function* writeAll(fd, bytes, position) {
    if (fd === 1 || fd === 2) {
      (fd === 1 ? process.stdout : process.stderr).write(bytes);
      return bytes.length;
    }
    const file = fileOf(fd, 'write');
    const isPlaced = typeof position === 'number' || typeof position === 'bigint';
    let done = 0;
    while (done < bytes.length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const written = yield* onFile(fd, 'write', rest, isPlaced ? Number(position) + done : file.position);
      if (!isPlaced && !file.appends) file.position += written;
      done += written;
      if (written === 0) break;
    }
    return done;
  }
  function* readAll(fd) {
    const parts = [];
    for (;;) {
      const bytes = yield* readPart(fd, PART);
      if (bytes.length === 0) return Buffer.concat(parts);
      parts.push(bytes);
    }
  }

  // The forms of the arguments of `read`: in order, or as options.
  function rangeOf(view, offset, length, position) {
    if (!ArrayBuffer.isView(view)) throw new ERR_INVALID_ARG_TYPE('buffer', ['Buffer', 'TypedArray', 'DataView'], view);
    if (offset !== null && typeof offset === 'object') ({ offset, length, position } = offset);
    offset ??= 0;
    validateInteger(offset, 'offset', 0);
    length ??= view.byteLength - offset;
    validateInteger(length, 'length');
    if (length < 0) throw new ERR_OUT_OF_RANGE('length', '>= 0', length);
    if (offset + length > view.byteLength) throw new ERR_OUT_OF_RANGE('length', `<= ${view.byteLength - offset}`, length);
    return { bytes: new Uint8Array(view.buffer, view.byteOffset + offset, length), position };
  }
  operations.read = function* (fd, view, ...rest) {
    const { bytes, position } = rangeOf(view, ...rest);
    if (bytes.length === 0) return 0;
    const read = yield* readPart(fd, bytes.length, position);
    bytes.set(read);
    return read.length;
  };
  operations.write = function* (fd, data, ...rest) {
    if (typeof data === 'string') return yield* writeAll(fd, bytesOf(data, rest[1]), rest[0]);
    const { bytes, position } = rangeOf(data, ...rest);
    return yield* writeAll(fd, bytes, position);
  };
  const viewsOf = (views) => {
    if (Array.isArray(views) && views.every(ArrayBuffer.isView)) return views.map((view) => bytesOf(view));
    throw new ERR_INVALID_ARG_TYPE('buffers', 'ArrayBufferView[]', views);
  };
  operations.readv = function* (fd, views, position) {
    let total = 0;
    for (const bytes of viewsOf(views)) {
      const read = yield* readPart(fd, bytes.length, typeof position === 'number' ? position + total : null);
      bytes.set(read);
      total += read.length;
      if (read.length < bytes.length) break;
    }
    return total;
  };
  operations.writev = function* (fd, views, position) {
    return yield* writeAll(fd, Buffer.concat(viewsOf(views)), position);
  };
  operations.fstat = function* (fd) {
    return Stats.ofNumbers(yield* onFile(fd, 'fstat'));
  };
  operations.ftruncate = function* (fd, length = 0) {
    yield* onFile(fd, 'ftruncate', lengthOf(length));
  };
  operations.fsync = function* (fd) { yield* onFile(fd, 'fsync'); };
  operations.fdatasync = function* (fd) { yield* onFile(fd, 'fdatasync'); };
  operations.fchmod = function* (fd, mode) { yield* onFile(fd, 'fchmod', modeOf(mode)); };
  operations.fchown = function* (fd, user, group) { yield* onFile(fd, 'fchown', idOf(user, 'uid'), idOf(group, 'gid')); };
  operations.futimes = function* (fd, read, changed) {
    yield* onFile(fd, 'futimes', secondsOf(read, 'atime'), secondsOf(changed, 'mtime'));
  };

  function* withFile(path, flags, mode, use) {
    const fd = yield* operations.open(path, flags, mode);
    try {
      return yield* use(fd);
    } finally {
      yield* operations.close(fd);
    }
  }
  function* writeFile(path, data, options, flag) {
    const settings = settingsOf(options);
    encodingOf(settings);
    const bytes = bytesOf(data, settings.encoding);
    if (settings.signal?.aborted) throw new AbortError(undefined, { cause: settings.signal.reason });
    const write = function* (fd) {
      yield* writeAll(fd, bytes);
      if (settings.flush) yield* operations.fsync(fd);
    };
    if (isOpen(path)) return yield* write(path);
    yield* withFile(path, settings.flag ?? flag, settings.mode, write);
  }
  operations.writeFile = function* (path, data, options) { yield* writeFile(path, data, options, 'w'); };
  operations.appendFile = function* (path, data, options) { yield* writeFile(path, data, options, 'a'); };
  operations.readFile = function* (path, options) {
    const encoding = encodingOf(options);
    if (options?.signal?.aborted) throw new AbortError(undefined, { cause: options.signal.reason });
    if (isOpen(path)) return contents(yield* readAll(path), encoding);
    const flag = options?.flag;
    if (isInput(path)) return contents(yield* readAll(0), encoding);
    if (flag === undefined || flag === 'r') return contents(yield ['#read', pathOf(path)], encoding);
    return contents(yield* withFile(path, flag, undefined, readAll), encoding);
  };
  operations.truncate = function* (path, length = 0) {
    if (isOpen(path)) return yield* operations.ftruncate(path, length);
    const size = lengthOf(length);
    yield* withFile(path, 'r+', undefined, (fd) => onFile(fd, 'ftruncate', size));
  };
  operations.access = function* (path, mode = constants.F_OK) {
    validateInteger(mode, 'mode', 0, 7);
    // Whoever may stat a file may read it.
    if ((mode & ~constants.R_OK) === 0) yield ['#stat', pathOf(path)];
    else yield ['access', pathOf(path), mode];
  };
  operations.mkdir = function* (path, options) {
    const { recursive = false, mode } = typeof options === 'object' && options !== null ? options : { mode: options };
    const bits = modeOf(mode ?? undefined, 0o777);
    if (!recursive) {
      yield ['mkdir', pathOf(path), bits];
      return undefined;
    }
    return (yield ['mkdirAll', pathOf(path), bits]) ?? undefined;
  };
  operations.mkdtemp = function* (prefix) { return yield ['mkdtemp', pathOf(prefix, 'prefix')]; };
  operations.unlink = function* (path) { yield ['unlink', pathOf(path)]; };
  operations.rmdir = function* (path) { yield ['rmdir', pathOf(path)]; };
  operations.rename = function* (from, to) { yield ['rename', pathOf(from, 'oldPath'), pathOf(to, 'newPath')]; };
  operations.link = function* (from, to) { yield ['link', pathOf(from, 'existingPath'), pathOf(to, 'newPath')]; };
  operations.symlink = function* (target, path) { yield ['symlink', pathOf(target, 'target'), pathOf(path)]; };
  operations.readlink = function* (path, options) {
    const target = yield ['readlink', pathOf(path)];
    return settingsOf(options).encoding === 'buffer' ? Buffer.from(target) : target;
  };
  operations.copyFile = function* (from, to, mode = 0) {
    validateInteger(mode, 'mode', 0, 7);
    yield ['copyFile', pathOf(from, 'src'), pathOf(to, 'dest'), mode];
  };
  operations.chmod = function* (path, mode) { yield ['chmod', pathOf(path), modeOf(mode)]; };
  operations.chown = function* (path, user, group) { yield ['chown', pathOf(path), idOf(user, 'uid'), idOf(group, 'gid')]; };
  operations.lchown = function* (path, user, group) { yield ['lchown', pathOf(path), idOf(user, 'uid'), idOf(group, 'gid')]; };
  for (const name of ['utimes', 'lutimes']) {
    operations[name] = function* (path, read, changed) {
      yield [name, pathOf(path), secondsOf(read, 'atime'), secondsOf(changed, 'mtime')];
    };
  }
  const join = (folder, name) => (folder.endsWith('/') ? folder + name : `${folder}/${name}`);
  const kindAt = function* (path) { return (yield ['#linkStat', path])[0]; };
  function* removeAll(path, kind) {
    if (kind !== 'directory') return yield ['unlink', path];
    for (const { 0: name, 1: kind } of yield ['#list', path]) yield* removeAll(join(path, name), kind);
    yield ['rmdir', path];
  }
  operations.rm = function* (path, options) {
    const { recursive = false, force = false } = options ?? {};
    const plain = pathOf(path);
    try {
      const kind = yield* kindAt(plain);
      if (kind === 'directory' && !recursive) {
        const error = new Error(`Path is a directory: rm returned EISDIR (is a directory) ${plain}`);
        throw Object.assign(error, { name: 'SystemError', code: 'ERR_FS_EISDIR', errno: 21, syscall: 'rm', path: plain });
      }
      yield* removeAll(plain, kind);
    } catch (error) {
      if (force && error.code === 'ENOENT') return;
      throw error;
    }
  };
  function* copyAll(from, to, options) {
    if (options.filter !== undefined && !options.filter(from, to)) return;
    const { 0: kind } = yield [options.dereference ? '#stat' : '#linkStat', from];
    if (kind === 'directory') {
      if (!options.recursive) {
        const error = new Error(`Recursive option not enabled, cannot copy a directory: ${from}`);
        throw Object.assign(error, { name: 'SystemError', code: 'ERR_FS_EISDIR', errno: 21, syscall: 'cp', path: from });
      }
      yield ['mkdirAll', to, 0o777];
      for (const { 0: name } of yield ['#list', from]) yield* copyAll(join(from, name), join(to, name), options);
      return;
    }
    try {
      if (kind === 'link') yield ['symlink', yield ['readlink', from], to];
      else yield ['copyFile', from, to, options.force === false ? constants.COPYFILE_EXCL : 0];
    } catch (error) {
      if (error.code !== 'EEXIST' || options.errorOnExist) throw error;
    }
  }
  operations.cp = function* (from, to, options = {}) {
    validateObject(options, 'options');
    const { 0: source, 1: target } = [pathOf(from, 'src'), pathOf(to, 'dest')];
    if (target === source || target.startsWith(join(source, ''))) {
      const error = new Error(`Invalid src or dest: cp returned EINVAL (cannot copy ${source} to itself or into it) ${target}`);
      throw Object.assign(error, { name: 'SystemError', code: 'ERR_FS_CP_EINVAL', errno: 22, syscall: 'cp', path: target });
    }
    yield* copyAll(source, target, options);
  };

  // Operations whose callbacks also get the buffer.
  const withBuffers = ['read', 'write', 'readv', 'writev'];
  const handleOf = (path) => (path instanceof FileHandle ? path.fd : path);
  for (const name of Object.keys(operations)) {
    const operation = operations[name];
    fs[name] = { [name](...args) {
      const callback = name === 'close' && args.length < 2 ? (error) => { if (error) throw error; } : args.pop();
      validateFunction(callback, 'cb');
      if (name === 'read' && !ArrayBuffer.isView(args[1])) {
        const { buffer = Buffer.alloc(16384), ...rest } = args[1] ?? {};
        args.splice(1, 1, buffer, rest);
      }
      const steps = operation(...args);
      // Wrong arguments are thrown.
      const first = steps.next();
      runLater(steps, first).then(
        (result) => process.nextTick(() => (withBuffers.includes(name) ? callback(null, result, args[1]) : callback(null, result))),
        (error) => process.nextTick(callback, error),
      );
    } }[name];
    const sync = `${name}Sync`;
    fs[sync] = { [sync]: (...args) => runNow(operation(...args)) }[sync];
    promises[name] = { async [name](...args) {
      const steps = operation(handleOf(args[0]), ...args.slice(1));
      return runLater(steps, steps.next());
    } }[name];
    if (withBuffers.includes(name)) {
      const customArgs = [name.startsWith('read') ? 'bytesRead' : 'bytesWritten', name.endsWith('v') ? 'buffers' : 'buffer'];
      Object.defineProperty(fs[name], require('internal/util').customPromisifyArgs, { __proto__: null, value: customArgs });
    }
  }
  const later = { ...promises };
  for (const name of ['close', 'read', 'write', 'readv', 'writev', 'fstat', 'ftruncate', 'fsync', 'fdatasync', 'fchmod', 'fchown', 'futimes']) {
    delete promises[name];
  }
  // Data may come in parts, too.
  for (const [name, flag] of [['writeFile', 'w'], ['appendFile', 'a']]) {
    promises[name] = { async [name](path, data, options) {
      const isInParts = typeof data === 'object' && data !== null && !ArrayBuffer.isView(data) &&
        (Symbol.iterator in data || Symbol.asyncIterator in data);
      if (!isInParts) return later[name](path, data, options);
      const settings = settingsOf(options);
      const fd = path instanceof FileHandle ? path.fd : await later.open(path, settings.flag ?? flag, settings.mode);
      try {
        for await (const part of data) {
          settings.signal?.throwIfAborted();
          await later.write(fd, bytesOf(part, settings.encoding));
        }
      } finally {
        if (!(path instanceof FileHandle)) await later.close(fd);
      }
    } }[name];
  }

  const FileHandle = require('internal/jsvm/file_handle')({ fs, promises, later, settingsOf });
  promises.open = async (path, flags, mode) => new FileHandle(await later.open(path, flags, mode));
  require('internal/jsvm/file_streams')({ fs, promises, later, settingsOf, pathOf, encodingOf, FileHandle });
};
