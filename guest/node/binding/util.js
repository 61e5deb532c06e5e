(tools, internalBinding, require, data) => {
  const privateSymbols = new Proxy({ __proto__: null }, {
    __proto__: null,
    get: (known, name) => (known[name] ??= Symbol(name)),
  });
  const { kPending, kFulfilled, kRejected } = { kPending: 0, kFulfilled: 1, kRejected: 2 };
  return {
    constants: {
      kPending, kFulfilled, kRejected,
      kExiting: 0, kExitCode: 1, kHasExitCode: 2,
      ALL_PROPERTIES: 0, ONLY_WRITABLE: 1, ONLY_ENUMERABLE: 2, ONLY_CONFIGURABLE: 4, SKIP_STRINGS: 8, SKIP_SYMBOLS: 16,
      kDisallowCloneAndTransfer: 0, kTransferable: 1, kCloneable: 2,
    },
    privateSymbols,
    getOwnNonIndexProperties(object, filter) {
      const keys = tools.ownNonIndexKeys(object, (filter & 2) !== 0);
      return filter & 16 ? keys.filter((key) => typeof key === "string") : keys;
    },
    getPromiseDetails(promise) {
      const parts = tools.promiseParts(promise);
      if (parts === undefined) return undefined;
      return parts[0] === kPending ? [kPending] : parts;
    },
    getProxyDetails(value, both = true) {
      const parts = tools.proxyParts(value);
      if (parts === undefined) return undefined;
      return both ? parts : parts[0];
    },
    // Line, column and file of the code that called the function that calls this.
    getCallerLocation() {
      const { 2: site } = internalBinding("util").getCallSites(4);
      return site && [site.lineNumber, site.columnNumber, site.scriptName];
    },
    previewEntries(value, isIterator) {
      const [entries, isPairs] = tools.entriesOf(value);
      return isIterator ? [entries, isPairs] : entries;
    },
    getConstructorName(value) {
      for (let object = value; object !== null; object = Object.getPrototypeOf(object)) {
        const constructor = Object.getOwnPropertyDescriptor(object, "constructor")?.value;
        if (typeof constructor === "function" && constructor.name !== "") return constructor.name;
      }
      return tools.classOf(value) ?? "";
    },
    getExternalValue: () => 0n,
    getCallSites(count) {
      const { prepareStackTrace, stackTraceLimit } = Error;
      try {
        Error.stackTraceLimit = count + 1;
        Error.prepareStackTrace = (_, sites) => sites;
        const sites = new Error().stack;
        return (Array.isArray(sites) ? sites : []).slice(1).map((site) => ({
          functionName: site.getFunctionName() ?? "",
          scriptId: "0",
          scriptName: site.getFileName() ?? "",
          lineNumber: site.getLineNumber() ?? 0,
          columnNumber: site.getColumnNumber() ?? 0,
          column: site.getColumnNumber() ?? 0,
        }));
      } finally {
        Error.prepareStackTrace = prepareStackTrace;
        Error.stackTraceLimit = stackTraceLimit;
      }
    },
    guessHandleType(fd) {
      if (fd < 0 || fd > 2) return "FILE";
      const stream = fd === 0 ? process.stdin : fd === 1 ? process.stdout : process.stderr;
      return stream?.isTTY ? "TTY" : "PIPE";
    },
    toUSVString: (text) => `${text}`.toWellFormed(),
    // So that no package makes Node.js warn of what is deprecated.
    isInsideNodeModules: () => true,
    isConstructor(value) {
      try {
        Reflect.construct(Object, [], value);
        return true;
      } catch {
        return false;
      }
    },
    isArrayBufferDetached: (buffer) => buffer.detached === true,
    sleep() {},
    constructSharedArrayBuffer() {
      throw new Error("SharedArrayBuffer cannot be used");
    },
    defineLazyProperties(target, id, keys, enumerable = true) {
      for (const key of keys) {
        Object.defineProperty(target, key, {
          __proto__: null,
          enumerable,
          configurable: true,
          get() {
            const value = require(id)[key];
            Object.defineProperty(target, key, { __proto__: null, value, writable: true, enumerable, configurable: true });
            return value;
          },
          set(value) {
            Object.defineProperty(target, key, { __proto__: null, value, writable: true, enumerable, configurable: true });
          },
        });
      }
    },
    getSystemErrorName: (number) => internalBinding("uv").getErrorMap().get(number)?.[0],
    getSystemErrorMessage: (number) => internalBinding("uv").getErrorMap().get(number)?.[1],
    getCallSite: () => [],
    arrayBufferViewHasBuffer: () => true,
    shouldAbortOnUncaughtToggle: new Uint32Array(1),
    WeakReference: class WeakReference {
      #value;
      #strong;
      #count = 0;
      constructor(value) { this.#value = new WeakRef(value); }
      get() { return this.#value.deref(); }
      incRef() { this.#count++; this.#strong = this.#value.deref(); }
      decRef() { if (--this.#count === 0) this.#strong = undefined; }
    },
    // The format of `.env` files.
    parseEnv(text) {
      const found = {};
      const lines = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|`([^`]*)`|([^#\r\n]*))[^\r\n]*$/gm;
      for (const [, name, single, double, back, plain] of String(text).matchAll(lines)) {
        found[name] = single ?? double?.replaceAll("\\n", "\n") ?? back ?? plain.trim();
      }
      return found;
    },
  };
};
