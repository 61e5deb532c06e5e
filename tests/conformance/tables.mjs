// Which of Node.js's tests belong to which module, which cannot run in a VM, and why others fail.

/** The modules, and what the names of their tests begin with. */
export const modules = {
  assert: ["assert"],
  async_hooks: ["async-local-storage", "als", "asyncresource", "asynclocalstorage"],
  buffer: ["buffer"],
  console: ["console"],
  crypto: ["crypto"],
  diagnostics_channel: ["diagnostics-channel", "diagnostic-channel"],
  dns: ["dns"],
  events: ["event-emitter", "events", "event-capture-rejections"],
  fs: ["fs", "file-read", "file-write"],
  http: ["http"],
  https: ["https"],
  module: ["module", "require"],
  net: ["net", "socket"],
  os: ["os"],
  path: ["path"],
  perf_hooks: ["performance", "perf-hooks", "perf"],
  process: ["process", "next-tick", "promise"],
  punycode: ["punycode"],
  querystring: ["querystring"],
  readline: ["readline"],
  stream: ["stream", "streams"],
  string_decoder: ["string-decoder"],
  timers: ["timers", "timer"],
  tls: ["tls"],
  tty: ["tty", "ttywrap"],
  url: ["url", "whatwg-url"],
  util: ["util", "parse-args", "mime", "fixed-queue", "err"],
  v8: ["v8-serdes", "v8-deserialize"],
  zlib: ["zlib"],
};

/** The module of the test `name`, such as `fs-read`. */
export function moduleOf(name) {
  const begins = (prefix) => name === prefix || name.startsWith(`${prefix}-`);
  return Object.keys(modules).find((module) => modules[module].some(begins));
}

const requires = (names) => new RegExp(`(?:require\\(|import\\(|from )['"](?:node:)?(?:${names})['"]`);

/** Why a test cannot run in a VM, by its code. Flags are those of its line `// Flags:`. */
const impossible = [
  [/^\/\/ Flags:.*--expose[-_]internals|internal\/test\/binding|require\('internal\//m, "tests the inside of Node.js"],
  [requires("child_process|\\.\\.\\/common\\/child_process"), "starts a process"],
  [/spawnPromisified|startNewREPLServer|common\.opensslCli|common\.spawnPwd/, "starts a process"],
  [/new Worker\(/, "starts a thread or a process"],
  [requires("cluster"), "starts a thread or a process"],
  [/^\/\/ Flags:.*--/m, "needs flags of Node.js or V8"],
  [requires("inspector|inspector\\/promises"), "needs V8 or a second context"],
  [/promiseHooks|runIn(?:New)?Context\(|createContext\(|process\.binding|internalBinding/, "needs V8 or a second context"],
  [requires("http2|dgram"), "needs HTTP/2 or UDP, which jsvm lacks"],
];

/** Why a test with this text cannot run; undefined if it can. */
export function impossibleBecause(text) {
  const code = text.replace(/^[ \t]*\/\/(?! Flags:).*$/gm, "").replace(/\/\*[^]*?\*\//g, "");
  return impossible.find(([pattern]) => pattern.test(code))?.[1];
}
