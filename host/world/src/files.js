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

// Each function also returns its result in a promise.
export const files = { decodeUtf8: (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) };
for (const name of Object.keys(now)) {
  files[name] = now[name];
  files[`${name}Later`] = async (path) => now[name](path);
}
