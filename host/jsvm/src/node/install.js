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

  const { setTimeout, setInterval, setImmediate, clearTimeout } = globalThis;
  // Bytecode that a program takes along.
  const kept = { __proto__: null };
  const read = (name) => kept[name] ?? bytecode(name);
  let builtins;
  const load = () => {
    if (builtins === undefined) {
      const tools = makeTools();
      tools.engineTimers = { __proto__: null, setTimeout, setInterval, setImmediate, clearTimeout };
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
  lazily("process", () => (current = evaluate(processSource("process"))(host, nextTick, load)));
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
    for (const name of ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"]) {
      lazily(name, () => load().require("timers")[name]);
    }
  }
  return {
    __proto__: null,
    resolve,
    load: (name) => load().load(name),
    // Returns whether a listener of `process` was called.
    emit(event, first, second) {
      if (current === undefined) return false;
      if (event !== "exit" && event !== "beforeExit") return current.emit(event, first, second);
      // `process.exit` in a listener does not begin again.
      current.exiting = event === "exit";
      return current.emit(event, current.exitCode ?? first);
    },
    // Keeps what the modules in use may still load, once the host is gone.
    keep() {
      if (builtins === undefined) return;
      const needed = builtins.needed();
      for (let index = 0; index < needed.length; index++) kept[needed[index]] = bytecode(needed[index]);
    },
  };
}
