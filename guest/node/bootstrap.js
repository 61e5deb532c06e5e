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
    if (name === "internal/util/debuglog") module.exports.initializeDebugEnv(globalThis.process?.env.NODE_DEBUG);
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
    /** The names of the parts that loaded ones may still need, for a program that takes them along. */
    needed() {
      const found = new Set();
      const add = (name) => {
        for (const next of data.needs[name] ?? []) {
          if (found.has(next)) continue;
          found.add(next);
          add(next);
        }
      };
      for (const name in modules) add(name);
      for (const name in bindings) add(`binding/${name}`);
      return [...found];
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
