// Globals that are made when they are first touched: a program that does not pays for none. The
// sources come from the host, and nothing of them is in a snapshot of a program that has not used
// them.
//
// Scripts must not get at `host`: no rest and no spread here, which scripts can observe by the
// iterator of arrays. Descriptors inherit nothing, since scripts can change `Object.prototype`.
(host, source, nextTick) => {
  const evaluate = eval;
  const { defineProperty } = Object;
  const define = (name, value) =>
    defineProperty(globalThis, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  const lazily = (name) =>
    defineProperty(globalThis, name, {
      __proto__: null,
      get() {
        const value = evaluate(source(name))(host, nextTick);
        define(name, value);
        return value;
      },
      set: (value) => define(name, value),
      enumerable: false,
      configurable: true,
    });
  lazily("process");
  define("global", globalThis);
}
