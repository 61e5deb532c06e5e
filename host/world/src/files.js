// The functions behind `node:fs`, made by wasi:filesystem 0.2. They read the folders that the host mounts.
import { getDirectories } from "{PREOPENS}";

const CODES = {
  __proto__: null,
  access: "EACCES",
  "bad-descriptor": "EBADF",
  busy: "EBUSY",
  "file-too-large": "EFBIG",
  "illegal-byte-sequence": "EILSEQ",
  invalid: "EINVAL",
  io: "EIO",
  "is-directory": "EISDIR",
  loop: "ELOOP",
  "name-too-long": "ENAMETOOLONG",
  "no-entry": "ENOENT",
  "insufficient-memory": "ENOMEM",
  "not-directory": "ENOTDIR",
  "not-permitted": "EPERM",
  unsupported: "ENOTSUP",
};
const KINDS = { __proto__: null, "regular-file": "file", directory: "directory", "symbolic-link": "link" };
const MODES = { __proto__: null, "regular-file": 0o100444, directory: 0o040555, "symbolic-link": 0o120777 };

const PART = 1n << 20n;
const FOLLOW = { symlinkFollow: true };
const { dispose } = Symbol;

const fail = (code, reason, call, path) => {
  const error = new Error(`${code}: ${reason}, ${call} '${path}'`);
  return Object.assign(error, { code, syscall: call, path });
};

// What Linux says of a file system that is mounted so.
const failToWrite = (call, path, dest) => {
  const to = dest === undefined ? "" : ` -> '${dest}'`;
  const error = new Error(`EROFS: mounted files are read-only, ${call} '${path}'${to}`);
  Object.assign(error, { errno: -30, code: "EROFS", syscall: call, path });
  return dest === undefined ? error : Object.assign(error, { dest });
};

// Calls WASI, whose errors become those of Node.js.
const calling = (call, path, run) => {
  try {
    return run();
  } catch (error) {
    const reason = error?.payload;
    if (typeof reason !== "string") throw error;
    throw fail(CODES[reason] ?? "EIO", reason.replaceAll("-", " "), call, path);
  }
};

const partsOf = (path) => {
  const parts = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
};

// The mounted folders, with the parts of their paths.
let folders;

// The mounted folder that a path is in, and the rest of the path.
const find = (path, call) => {
  folders ??= getDirectories().map(([folder, at]) => [folder, partsOf(at)]);
  const parts = partsOf(path);
  let found;
  for (const [folder, at] of folders) {
    const isInside = at.length <= parts.length && at.every((part, index) => parts[index] === part);
    if (isInside && (found === undefined || at.length > found.depth)) found = { folder, depth: at.length };
  }
  if (found === undefined) throw fail("ENOENT", "no folder of the host is mounted there", call, path);
  return [found.folder, parts.slice(found.depth).join("/") || "."];
};

const open = (path, call, openFlags) => {
  const [folder, rest] = find(path, call);
  return calling(call, path, () => folder.openAt(FOLLOW, rest, openFlags, { read: true }));
};

const milliseconds = (time) => (time === undefined ? 0 : Number(time.seconds) * 1e3 + time.nanoseconds / 1e6);

const statWith = (flags, call) => (path) => {
  const [folder, rest] = find(path, call);
  const stat = calling(call, path, () => folder.statAt(flags, rest));
  const [read, changed] = [stat.dataAccessTimestamp, stat.dataModificationTimestamp].map(milliseconds);
  return [KINDS[stat.type] ?? "other", Number(stat.size), MODES[stat.type] ?? 0o444, [read, changed, changed]];
};

const kindToOpen = statWith(FOLLOW, "open");

const now = {
  read(path) {
    // Hosts differ in what they say about a folder.
    const [kind] = kindToOpen(path);
    if (kind === "directory") throw fail("EISDIR", "illegal operation on a directory", "read", path);
    const file = open(path, "open", {});
    try {
      const parts = [];
      let size = 0;
      for (;;) {
        const [bytes, isLast] = calling("read", path, () => file.read(PART, BigInt(size)));
        if (bytes.length > 0) parts.push(bytes);
        size += bytes.length;
        if (isLast || bytes.length === 0) break;
      }
      if (parts.length === 1) return parts[0];
      const whole = new Uint8Array(size);
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    } finally {
      file[dispose]();
    }
  },
  list(path) {
    const folder = open(path, "scandir", { directory: true });
    try {
      const stream = calling("scandir", path, () => folder.readDirectory());
      try {
        const entries = [];
        for (;;) {
          const entry = calling("scandir", path, () => stream.readDirectoryEntry());
          if (entry === undefined) break;
          entries.push([entry.name, KINDS[entry.type] ?? "other"]);
        }
        return entries.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
      } finally {
        stream[dispose]();
      }
    } finally {
      folder[dispose]();
    }
  },
  stat: statWith(FOLLOW, "stat"),
  linkStat: statWith({}, "lstat"),
};

// Open files by their numbers.
const opened = new Map();
let last = 0;
const fileOf = (token, call) => {
  const file = opened.get(token);
  if (file === undefined) throw Object.assign(new Error(`EBADF: bad file descriptor, ${call}`), { errno: -9, code: "EBADF", syscall: call });
  return file;
};

// Flags of Linux.
const O_ACCMODE = 0o3;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_TRUNC = 0o1000;
const X_OK = 1;
const W_OK = 2;

// The operations of open files, links and permissions. All others write.
const operations = {
  __proto__: null,
  open(path, flags) {
    find(path, "open");
    const isNew = (flags & O_EXCL) !== 0 && (flags & O_CREAT) !== 0;
    if (isNew && exists(path)) throw fail("EEXIST", "file already exists", "open", path);
    if ((flags & (O_ACCMODE | O_CREAT | O_TRUNC)) !== 0) throw failToWrite("open", path);
    opened.set(++last, { path, file: open(path, "open", {}) });
    return [last, null];
  },
  close(token) {
    const { file } = fileOf(token, "close");
    opened.delete(token);
    file[dispose]();
  },
  read(token, length, position) {
    const { path, file } = fileOf(token, "read");
    const [bytes] = calling("read", path, () => file.read(BigInt(length), BigInt(position)));
    return bytes;
  },
  fstat(token) {
    const { path } = fileOf(token, "fstat");
    const [, size, mode, [read, changed, made]] = statToOpen(path);
    const times = [read, changed, changed, made].flatMap((time) => [Math.floor(time / 1e3), (time % 1e3) * 1e6]);
    return [0, mode, 1, 0, 0, 0, 4096, 0, size, Math.ceil(size / 512), ...times];
  },
  fsync: (token) => void fileOf(token, "fsync"),
  fdatasync: (token) => void fileOf(token, "fdatasync"),
  access(path, mode) {
    const [kind] = now.stat(path);
    if ((mode & W_OK) !== 0) throw failToWrite("access", path);
    if ((mode & X_OK) !== 0 && kind !== "directory") throw fail("EACCES", "permission denied", "access", path);
  },
  readlink(path) {
    const [folder, rest] = find(path, "readlink");
    return calling("readlink", path, () => folder.readlinkAt(rest));
  },
  mkdir(path) {
    find(path, "mkdir");
    throw exists(path) ? fail("EEXIST", "file already exists", "mkdir", path) : failToWrite("mkdir", path);
  },
  mkdirAll(path) {
    find(path, "mkdir");
    const stat = exists(path);
    if (stat === undefined) throw failToWrite("mkdir", path);
    if (stat[0] !== "directory") throw fail("EEXIST", "file already exists", "mkdir", path);
  },
};

// What is at a path, if something is.
const exists = (path) => {
  try {
    return now.stat(path);
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
};

const statToOpen = statWith(FOLLOW, "fstat");

// Node.js names the system call.
const CALLS = { __proto__: null, copyFile: "copyfile", utimes: "utime", futimes: "futime", lutimes: "lutime" };

const call = (operation, ...args) => {
  if (operation in operations) return operations[operation](...args);
  const name = CALLS[operation] ?? operation;
  const [path, second] = args;
  if (typeof path === "number") throw failToWrite(name, fileOf(path, name).path);
  const dest = typeof second === "string" ? second : undefined;
  find(dest ?? path, name);
  throw failToWrite(name, operation === "mkdtemp" ? `${path}XXXXXX` : path, dest);
};

// Each function also returns its result in a promise.
export const files = { decodeUtf8: (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) };
for (const name of Object.keys(now)) {
  files[name] = now[name];
  files[`${name}Later`] = async (path) => now[name](path);
}
files.call = call;
files.callLater = async (...args) => call(...args);
