// The loader of Node.js's modules. `tools` are the functions of the engine (`guest/src/node`),
// `bytecode(name)` returns the compiled text of a module, and `host` calls what the embedder offers
// to `process` and others.
//
// A module of Node.js is a function of `exports`, `require`, `module`, `process`, `internalBinding` and
// `primordials`. Ours have the same form and take the place of Node.js's files of the same name
// (`lib`), or are what its native code would be (`binding`).
(tools, bytecode, host) => {
  const run = (name) => {
    const code = bytecode(name);
    return code === undefined ? undefined : tools.run(code);
  };
  const primordials = run("primordials")();
  // What is large is read when it is asked for.
  const data = run("data/main")();
  const later = (object, name, read) =>
    Object.defineProperty(object, name, {
      __proto__: null,
      configurable: true,
      get() {
        const value = read();
        Object.defineProperty(object, name, { __proto__: null, value });
        return value;
      },
    });
  later(data, "constants", () => run("data/constants")());
  later(data, "uv", () => run("data/uv")());
  data.missing = new Proxy({ __proto__: null }, {
    __proto__: null,
    get: (_, name) => run(`missing/${name}`)?.(),
  });

  const bindings = { __proto__: null };
  const internalBinding = (name) => {
    const known = bindings[name];
    if (known !== undefined) return known;
    const define = run(`binding/${name}`);
    return (bindings[name] = define?.(tools, internalBinding, requireBuiltin, data, host) ?? {});
  };

  // A built file has no environment while it is built.
  const debugged = () => (globalThis.process?.platform === "wasi" ? undefined : globalThis.process?.env.NODE_DEBUG);

  const modules = { __proto__: null };
  const requireBuiltin = (id) => {
    const name = id.startsWith("node:") ? id.slice(5) : id;
    const known = modules[name];
    if (known !== undefined) return known.exports;
    const define = run(name);
    if (define === undefined) {
      if (data.modules.includes(name)) return (modules[name] = { exports: requireBuiltin("internal/jsvm/missing")(name) }).exports;
      throw new Error(`the module ${name} of Node.js is not in this program`);
    }
    const module = (modules[name] = { exports: {}, id: name, loaded: false });
    try {
      define(module.exports, requireBuiltin, module, globalThis.process, internalBinding, primordials);
    } catch (error) {
      delete modules[name];
      throw error;
    }
    module.loaded = true;
    // `process` is an emitter once there are some.
    if (name === "events") Object.setPrototypeOf(Object.getPrototypeOf(globalThis.process), module.exports.prototype);
    if (name === "internal/util/debuglog") module.exports.initializeDebugEnv(debugged());
    // There is no OpenSSL, and what modules need of it is here.
    if (name === "internal/util") module.exports.assertCrypto = () => {};
    if (name === "internal/dns/utils") module.exports.initializeDns();
    return module.exports;
  };
  const builtins = {
    __proto__: null,
    data, host, tools, internalBinding, require: requireBuiltin,
    // Those that exist with `node:` alone are missing without it.
    resolve(specifier) {
      if (specifier.startsWith("node:")) {
        const name = specifier.slice(5);
        return data.modules.includes(name) ? specifier : undefined;
      }
      return data.modules.includes(specifier) && !data.schemeOnly.includes(specifier) ? `node:${specifier}` : undefined;
    },
    load: (name) => requireBuiltin(name),
    isBuiltin: (specifier) => builtins.resolve(specifier) !== undefined,
    // What the modules that are loaded, and those of `names`, may still load: for a program that takes it along.
    needed(names) {
      const found = new Set();
      const add = (name) => {
        if (found.has(name)) return;
        found.add(name);
        if (name in data.needs) data.needs[name].forEach(add);
        else if (data.modules.includes(name)) [`missing/${name}`, "internal/jsvm/missing"].forEach(add);
      };
      const isLoaded = (name) => name in modules || (name.startsWith("binding/") && name.slice(8) in bindings);
      [...Object.keys(modules), ...Object.keys(bindings).map((name) => `binding/${name}`), ...names].forEach(add);
      if (found.has("binding/constants")) found.add("data/constants");
      if (found.has("binding/uv")) found.add("data/uv");
      return [...found].filter((name) => !isLoaded(name));
    },
  };
  modules["internal/jsvm/builtins"] = { exports: builtins };
  // Ticks keep the context of `AsyncLocalStorage`.
  globalThis.process?.[Symbol.for("jsvm.asyncContext")]?.(tools.getContext, (context, callback, args) => {
    const outer = tools.getContext();
    tools.setContext(context);
    try {
      callback(...args);
    } finally {
      tools.setContext(outer);
    }
  });
  return builtins;
};
