// Globals and modules of Node.js that are made when they are first touched: a program that does not pays for
// none. Their bytecode comes from the host, and nothing of them is in a snapshot of a program that has not
// used them.
//
// Scripts must not get at `host`, `bytecode` and `makeTools`: no rest and no spread here, which scripts can
// observe by the iterator of arrays. Descriptors inherit nothing, since scripts can change
// `Object.prototype`.
(host, processSource, nextTick, bytecode, makeTools, names) => {
  const evaluate = eval;
  const { defineProperty } = Object;
  const define = (name, value) =>
    defineProperty(globalThis, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  const lazily = (name, make) =>
    defineProperty(globalThis, name, {
      __proto__: null,
      get() {
        const value = make(name);
        define(name, value);
        return value;
      },
      set: (value) => define(name, value),
      enumerable: false,
      configurable: true,
    });

  const timers = ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"];
  const engineTimers = { __proto__: null };
  // Bytecode that a program takes along.
  const kept = { __proto__: null };
  const loaded = { __proto__: null };
  const read = (name) => {
    loaded[name] = true;
    return kept[name] ?? bytecode(name);
  };
  let builtins;
  const load = () => {
    if (makeTools === undefined) {
      throw new Error("the modules of Node.js were left out of this file, because the program does not name one of them");
    }
    if (builtins === undefined) {
      const tools = makeTools();
      tools.engineTimers = engineTimers;
      builtins = tools.run(read("bootstrap"))(tools, read, host);
    }
    return builtins;
  };
  const isBuiltin = (specifier) => names.includes(` ${specifier} `);
  const resolve = (specifier) => {
    if (specifier.startsWith("node:")) return names.includes(` ${specifier.slice(5)} `) || names.includes(` ${specifier} `) ? specifier : undefined;
    return isBuiltin(specifier) ? `node:${specifier}` : undefined;
  };

  let current;
  lazily("process", () => {
    current = evaluate(processSource("process"))(host, nextTick, load);
    host.created?.(current);
    return current;
  });
  define("global", globalThis);
  if (makeTools !== undefined) {
    lazily("Buffer", () => load().require("buffer").Buffer);
    const { console } = globalThis;
    defineProperty(console, "Console", {
      __proto__: null,
      get: () => load().require("internal/console/constructor").Console,
      set: (value) => defineProperty(console, "Console", { __proto__: null, value, writable: true, enumerable: true, configurable: true }),
      enumerable: true,
      configurable: true,
    });
    if (!("Intl" in globalThis)) lazily("Intl", () => load().require("internal/jsvm/intl"));
    for (let index = 0; index < timers.length; index++) {
      const name = timers[index];
      engineTimers[name] = globalThis[name];
      lazily(name, () => load().require("timers")[name]);
    }
  }
  return {
    __proto__: null,
    resolve: (specifier) => (makeTools === undefined ? undefined : resolve(specifier)),
    load: (name) => load().load(name),
    hasLoaded: (name) => name in loaded,
    // Returns whether a listener of `process` was called.
    emit: (event, first, second) => current !== undefined && current.emit(event, first, second),
    // Tells `process` of an error or of the end of the program (`events.js`).
    tell: (event, first, second) => (current === undefined ? undefined : current[Symbol.for("jsvm.told")][event](first, second)),
    // For a program that will run without this host: what it cannot reach is removed, and what it may still load
    // is kept. `identifiers` are those of its sources, and `imported` the modules that functions may import.
    // Returns whether it has modules of Node.js.
    settle(identifiers, imported) {
      const uses = (name) => identifiers.includes(name);
      if (uses("process")) globalThis.process;
      else if (current === undefined) delete globalThis.process;
      if (makeTools === undefined) return false;
      const later = ["Buffer", "Intl", "unref", "hasRef", "refresh", "getBuiltinModule", "createRequire", "stdin"];
      if (builtins === undefined && imported.length === 0 && !later.some(uses)) {
        makeTools = undefined;
        for (let index = 0; index < timers.length; index++) define(timers[index], engineTimers[timers[index]]);
        delete globalThis.Buffer;
        delete globalThis.Intl;
        delete globalThis.console.Console;
        return false;
      }
      const needed = [];
      for (let index = 0; index < imported.length; index++) needed.push(imported[index].slice("node:".length));
      if (timers.some(uses)) needed.push("timers");
      if (uses("stdin")) needed.push("internal/jsvm/stdin");
      if (uses("Buffer")) needed.push("buffer");
      if (uses("Intl")) needed.push("internal/jsvm/intl");
      const names = load().needed(needed);
      for (let index = 0; index < names.length; index++) kept[names[index]] = bytecode(names[index]);
      return true;
    },
  };
}
