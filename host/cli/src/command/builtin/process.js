// The global object `process`: what packages commonly touch of it. `host` calls out by the name of
// an operation, so that a restored program asks the process that it is in then. `nextTick` queues a
// tick; programs that an older jsvm froze have none.
(host, nextTick) => {
  const set = Object.create(null);
  const isName = (key) => typeof key === "string";
  const env = new Proxy(set, {
    get: (target, key) => (key in target || !isName(key) ? target[key] : host("env", key)),
    set: (target, key, value) => ((target[key] = String(value)), true),
    has: (target, key) => key in target || (isName(key) && host("envNames").includes(key)),
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...host("envNames")])],
    getOwnPropertyDescriptor: (target, key) => {
      if (Object.hasOwn(target, key)) return Reflect.getOwnPropertyDescriptor(target, key);
      if (!isName(key) || !host("envNames").includes(key)) return undefined;
      return { __proto__: null, value: host("env", key), writable: true, enumerable: true, configurable: true };
    },
  });

  const stream = (number) => ({
    fd: number,
    isTTY: host("isTerminal", number),
    writable: true,
    write(chunk, encoding, done) {
      host("write", number, typeof chunk === "string" ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      const after = typeof encoding === "function" ? encoding : done;
      if (after) process.nextTick(after);
      return true;
    },
  });
  const lazy = (make) => {
    let made;
    return () => (made ??= make());
  };
  const stdout = lazy(() => stream(1));
  const stderr = lazy(() => stream(2));

  const hrtime = (before) => {
    const now = performance.now();
    let [seconds, nanoseconds] = [Math.floor(now / 1000), Math.floor((now % 1000) * 1e6)];
    if (before) {
      seconds -= before[0];
      nanoseconds -= before[1];
      if (nanoseconds < 0) [seconds, nanoseconds] = [seconds - 1, nanoseconds + 1e9];
    }
    return [seconds, nanoseconds];
  };
  hrtime.bigint = () => BigInt(Math.floor(performance.now() * 1e6));

  const codeOf = (code) => {
    const number = Number(code ?? 0);
    if (Number.isInteger(number)) return number;
    const error = new TypeError(`The "code" argument must be an integer. Received ${String(code)}`);
    error.code = "ERR_INVALID_ARG_TYPE";
    throw error;
  };
  let exitCode;
  const process = {
    title: "jsvm",
    platform: host("platform"),
    arch: "wasm32",
    version: `v${host("version")}`,
    versions: { jsvm: host("version") },
    pid: 1,
    execArgv: [],
    env,
    argv: ["jsvm", ...(globalThis.scriptArgs ?? [])],
    get exitCode() {
      return exitCode;
    },
    set exitCode(code) {
      host("exitCode", codeOf(code));
      exitCode = code;
    },
    get stdout() {
      return stdout();
    },
    get stderr() {
      return stderr();
    },
    exit(code = exitCode) {
      host("exit", codeOf(code));
    },
    cwd: () => host("cwd"),
    nextTick(callback, ...args) {
      if (typeof callback !== "function") {
        const error = new TypeError(`The "callback" argument must be of type function. Received ${String(callback)}`);
        error.code = "ERR_INVALID_ARG_TYPE";
        throw error;
      }
      if (nextTick) nextTick(callback, ...args);
      else queueMicrotask(() => callback(...args));
    },
    hrtime,
    uptime: () => performance.now() / 1000,
    emitWarning(warning, type) {
      const name = warning?.name ?? (typeof type === "string" ? type : type?.type) ?? "Warning";
      console.error(`${name}: ${warning?.message ?? warning}`);
    },
  };
  // Nothing is ever emitted but what the program emits itself.
  const listeners = new Map();
  const of = (name) => listeners.get(name) ?? [];
  const add = (name, listener, isOnce) => {
    listeners.set(name, [...of(name), { listener, isOnce }]);
    return process;
  };
  const off = (name, listener) => {
    const index = of(name).findLastIndex((entry) => entry.listener === listener);
    if (index >= 0) listeners.set(name, of(name).toSpliced(index, 1));
    return process;
  };
  Object.assign(process, {
    on: (name, listener) => add(name, listener, false),
    addListener: (name, listener) => add(name, listener, false),
    once: (name, listener) => add(name, listener, true),
    off,
    removeListener: off,
    removeAllListeners(name) {
      if (name === undefined) listeners.clear();
      else listeners.delete(name);
      return process;
    },
    listeners: (name) => of(name).map((entry) => entry.listener),
    listenerCount: (name) => of(name).length,
    emit(name, ...args) {
      const all = of(name);
      for (const { listener, isOnce } of all) {
        if (isOnce) off(name, listener);
        listener.apply(process, args);
      }
      return all.length > 0;
    },
  });
  Object.defineProperty(process, Symbol.toStringTag, { __proto__: null, value: "process", configurable: true });
  return process;
}
