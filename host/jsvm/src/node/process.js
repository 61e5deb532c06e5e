// The global object `process`. `host` calls out by the name of an operation, so that a restored program asks
// the process that it is in then. `nextTick` queues a tick, and `load` returns the loader of modules;
// programs that an older jsvm froze have neither. `createEvents` is the function of `events.js`.
(createEvents) => (host, nextTick, load) => {
  const set = Object.create(null);
  const isName = (key) => typeof key === "string";
  const env = new Proxy(set, {
    get: (target, key) => (key in target || !isName(key) ? target[key] : host("env", key)),
    set(target, key, value) {
      if (!isName(key)) throw new TypeError("Cannot convert a Symbol value to a string");
      target[key] = `${value}`;
      return true;
    },
    defineProperty(target, key, descriptor) {
      if ("value" in descriptor) return Reflect.set(env, key, descriptor.value);
      const error = new TypeError("'process.env' does not accept an accessor(getter/setter) descriptor");
      error.code = "ERR_INVALID_OBJECT_DEFINE_PROPERTY";
      throw error;
    },
    has: (target, key) => key in target || (isName(key) && host("envNames").includes(key)),
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...host("envNames")])],
    getOwnPropertyDescriptor: (target, key) => {
      if (Object.hasOwn(target, key)) return Reflect.getOwnPropertyDescriptor(target, key);
      if (!isName(key) || !host("envNames").includes(key)) return undefined;
      return { __proto__: null, value: host("env", key), writable: true, enumerable: true, configurable: true };
    },
  });
  const builtin = (name) => load?.().require(name);

  const define = (target, name, value) =>
    Object.defineProperty(target, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  const write = (number, chunk) =>
    host("write", number, typeof chunk === "string" ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  // A light object, which becomes a `Writable` when a member of one is used that it has not.
  const stream = (number) => {
    const light = {
      fd: number,
      isTTY: host("isTerminal", number),
      writable: true,
      _type: "fs",
      write(chunk, encoding, done) {
        if (typeof encoding === "string" && typeof chunk === "string" && !/^utf-?8$/i.test(encoding)) {
          chunk = builtin("buffer").Buffer.from(chunk, encoding);
        }
        write(number, chunk);
        const after = typeof encoding === "function" ? encoding : done;
        if (after) process.nextTick(after);
        return true;
      },
    };
    if (!load) return light;
    const { isTTY } = light;
    const colors = ["getColorDepth", "hasColors"];
    for (const name of colors) {
      define(light, name, (...args) => (isTTY ? builtin("internal/tty")[name].apply(light, args) : name === "hasColors" ? false : 1));
    }
    if (isTTY) Object.assign(light, { columns: 80, rows: 24, getWindowSize: () => [light.columns, light.rows] });
    let prototype;
    const whole = () => {
      const { Writable } = builtin("stream");
      if (Object.getPrototypeOf(light) === prototype) {
        const { write: _, writable, ...kept } = light;
        delete light.write;
        delete light.writable;
        Object.setPrototypeOf(light, Writable.prototype);
        Writable.call(light, {
          decodeStrings: false,
          emitClose: false,
          autoDestroy: false,
          write(chunk, encoding, done) {
            write(number, typeof chunk === "string" && !/^utf-?8$/i.test(encoding) ? builtin("buffer").Buffer.from(chunk, encoding) : chunk);
            done();
          },
        });
        Object.assign(light, kept);
        light._isStdio = true;
        define(light, "destroySoon", light.destroy);
        define(light, "_destroy", (error, done) => done(error));
      }
      return light;
    };
    prototype = new Proxy(Object.prototype, {
      get(target, key) {
        if (key in target || !isName(key) || key === "then" || key === "toJSON") return target[key];
        return whole()[key];
      },
      has: (target, key) => key in target || (isName(key) && key in builtin("stream").Writable.prototype),
    });
    return Object.setPrototypeOf(light, prototype);
  };
  const lazy = (make) => {
    let made;
    return () => (made ??= make());
  };
  const stdout = lazy(() => stream(1));
  const stderr = lazy(() => stream(2));
  const stdin = lazy(() => load().require("internal/jsvm/stdin"));

  const hrtime = (before) => {
    const now = performance.now();
    let [seconds, nanoseconds] = [Math.floor(now / 1000), Math.floor((now % 1000) * 1e6)];
    if (before !== undefined) {
      if (!Array.isArray(before)) throw wrongType("time", "Array", before);
      if (before.length !== 2) throw new (builtin("internal/errors").codes.ERR_OUT_OF_RANGE)("time", 2, before.length);
      seconds -= before[0];
      nanoseconds -= before[1];
      if (nanoseconds < 0) [seconds, nanoseconds] = [seconds - 1, nanoseconds + 1e9];
    }
    return [seconds, nanoseconds];
  };
  hrtime.bigint = () => BigInt(Math.floor(performance.now() * 1e6));

  const wrongType = (name, wanted, value) => {
    const { ERR_INVALID_ARG_TYPE } = builtin("internal/errors")?.codes ?? {};
    if (ERR_INVALID_ARG_TYPE) return new ERR_INVALID_ARG_TYPE(name, wanted, value);
    const error = new TypeError(`The "${name}" argument must be of type ${wanted}. Received ${String(value)}`);
    error.code = "ERR_INVALID_ARG_TYPE";
    return error;
  };
  // The number of an exit code, which may be in a string.
  const codeOf = (code) => {
    if (code === undefined || code === null) return undefined;
    const number = typeof code === "string" && code !== "" && Number.isInteger(Number(code)) ? Number(code) : code;
    if (typeof number !== "number") throw wrongType("code", "number", code);
    if (Number.isInteger(number)) return number;
    const { ERR_OUT_OF_RANGE } = builtin("internal/errors")?.codes ?? {};
    throw ERR_OUT_OF_RANGE ? new ERR_OUT_OF_RANGE("code", "an integer", code) : new RangeError("The exit code is no integer");
  };
  const refuse = (name, why) => () => {
    const error = new Error(`process.${name} cannot be used here: ${why}`);
    error.code = "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM";
    throw error;
  };
  let exitCode;
  let umask = 0o22;
  const version = host("version");
  // Which Node.js the modules are of.
  const node = load ? "24.22.3" : undefined;
  const process = {
    title: "jsvm",
    platform: host("platform"),
    arch: "wasm32",
    version: `v${node ?? version}`,
    versions: node ? { node, jsvm: version, modules: "137", uv: "0.0.0", zlib: "0.0.0", v8: "0.0.0-jsvm" } : { jsvm: version },
    release: node ? { name: "node", lts: "Krypton" } : { name: "jsvm" },
    pid: 1,
    ppid: 0,
    execArgv: [],
    execPath: "jsvm",
    argv0: "jsvm",
    features: {
      inspector: false, debug: false, uv: true, ipv6: true, tls_alpn: true, tls_sni: true, tls_ocsp: true, tls: true,
      cached_builtins: true, require_module: true, typescript: "transform",
    },
    config: { target_defaults: {}, variables: {} },
    env,
    argv: ["jsvm", ...(globalThis.scriptArgs ?? [])],
    allowedNodeEnvironmentFlags: new Set(),
    get exitCode() {
      return exitCode;
    },
    set exitCode(code) {
      host("exitCode", codeOf(code) ?? 0);
      exitCode = code ?? undefined;
    },
    get stdout() {
      return stdout();
    },
    get stderr() {
      return stderr();
    },
    exit(...codes) {
      if (codes.length > 0) process.exitCode = codes[0];
      host("exit", told.exit(0, 0));
    },
    reallyExit: (code) => host("exit", codeOf(code) ?? 0),
    abort: () => host("exit", 134),
    cwd: () => host("cwd"),
    chdir: refuse("chdir", "the folder is that of the embedder"),
    kill(pid, signal) {
      if (pid !== process.pid || !load || process.platform === "wasi") return refuse("kill", "a VM sends signals only to itself")();
      return builtin("internal/jsvm/signals").raise(signal);
    },
    umask(mask) {
      const before = umask;
      if (mask === undefined) return before;
      if (typeof mask === "string" && !/^[0-7]+$/.test(mask)) {
        throw new (builtin("internal/errors").codes.ERR_INVALID_ARG_VALUE)("mask", mask, "must be a 32-bit unsigned integer or an octal string");
      }
      if (typeof mask !== "string" && typeof mask !== "number") throw wrongType("mask", "number", mask);
      umask = (typeof mask === "string" ? parseInt(mask, 8) : mask) & 0o777;
      return before;
    },
    nextTick(callback, ...args) {
      if (typeof callback !== "function") throw wrongType("callback", "Function", callback);
      // Nothing runs after the listeners of `exit`.
      if (process.exiting) return;
      if (nextTick) {
        // `AsyncLocalStorage` is there only if the modules are.
        const context = captured?.();
        nextTick(context === undefined ? callback : () => resumed(context, callback, args), ...(context === undefined ? args : []));
      } else {
        queueMicrotask(() => callback(...args));
      }
    },
    hrtime,
    uptime: () => performance.now() / 1000,
    memoryUsage: Object.assign(() => ({ rss: 1 << 25, heapTotal: 1 << 25, heapUsed: 1 << 24, external: 0, arrayBuffers: 0 }), { rss: () => 1 << 25 }),
    availableMemory: () => 1 << 25,
    constrainedMemory: () => 0,
    cpuUsage: () => ({ user: Math.floor(performance.now() * 1000), system: 0 }),
    threadCpuUsage: () => ({ user: Math.floor(performance.now() * 1000), system: 0 }),
    resourceUsage: () => ({ userCPUTime: Math.floor(performance.now() * 1000), systemCPUTime: 0, maxRSS: 0, fsRead: 0, fsWrite: 0 }),
    getuid: () => 0, geteuid: () => 0, getgid: () => 0, getegid: () => 0, getgroups: () => [0],
    binding: refuse("binding", "it gives access to what is inside Node.js"),
    dlopen: refuse("dlopen", "a VM loads no native code"),
    getBuiltinModule(id) {
      if (typeof id !== "string") throw wrongType("id", "string", id);
      const name = load?.().resolve(id);
      return name === undefined ? undefined : load().load(name);
    },
    getActiveResourcesInfo: () => [],
    setUncaughtExceptionCaptureCallback: (callback) => setCapture(callback),
    hasUncaughtExceptionCaptureCallback: () => hasCapture(),
    setSourceMapsEnabled() {},
    sourceMapsEnabled: true,
    loadEnvFile(path = ".env") {
      const parsed = builtin("util").parseEnv(builtin("fs").readFileSync(path, "utf8"));
      for (const name in parsed) if (env[name] === undefined) env[name] = parsed[name];
    },
    ref() {},
    unref() {},
    emitWarning(warning, type, code) {
      let detail;
      if (type !== null && typeof type === "object" && !Array.isArray(type)) ({ type, code, detail } = type);
      if (typeof warning !== "string" && !(warning instanceof Error)) throw wrongType("warning", ["Error", "string"], warning);
      const error = typeof warning === "string" ? new Error(warning) : warning;
      if (typeof warning === "string") {
        define(error, "name", String(typeof type === "string" ? type : "Warning"));
        if (typeof code === "string") error.code = code;
        if (detail !== undefined) error.detail = detail;
      }
      if (error.name === "DeprecationWarning" && process.noDeprecation) return;
      process.nextTick(() => {
        if (process.emit("warning", error)) return;
        if (process.noDeprecation && error.name === "DeprecationWarning") return;
        console.error(`(jsvm) ${error.code ? `[${error.code}] ` : ""}${error.name}: ${error.message}`);
      });
    },
  };
  define(process, "exiting", false);
  Object.defineProperty(process, "_exiting", { __proto__: null, get: () => process.exiting, set: (value) => { process.exiting = value; }, configurable: true });
  // Not enumerable: an import of `node:process` reads what is, and standard input brings the streams.
  Object.defineProperty(process, "stdin", { __proto__: null, get: () => (load ? stdin() : undefined), configurable: true });
  // The context of `AsyncLocalStorage`, once a module that sets it is in use.
  let captured, resumed;
  define(process, Symbol.for("jsvm.asyncContext"), (capture, resume) => {
    captured = capture;
    resumed = resume;
  });

  const onChange = (name, isHeard) => {
    if (load && typeof name === "string" && name.startsWith("SIG") && process.platform !== "wasi") builtin("internal/jsvm/signals").listen(name, isHeard);
  };
  const { emitter, setCapture, hasCapture, told } = createEvents(process, { builtin, wrongType, onChange });
  for (const name in emitter) define(process, name, emitter[name]);
  define(process, Symbol.for("jsvm.told"), told);
  const prototype = {};
  Object.setPrototypeOf(process, prototype);
  define(prototype, "constructor", { process: function() {} }.process);
  Object.defineProperty(process, Symbol.toStringTag, { __proto__: null, value: "process", configurable: true });
  return process;
}
