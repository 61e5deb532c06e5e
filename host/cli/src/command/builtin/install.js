// Globals that are made when they are first touched: a program that does not pays for none. The
// sources come from the host, and nothing of them is in a snapshot of a program that has not used
// them.
(host, source) => {
  const evaluate = eval;
  const { defineProperty } = Object;
  const define = (name, value) =>
    defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
  const lazily = (name, ...args) =>
    defineProperty(globalThis, name, {
      get() {
        const value = evaluate(source(name))(...args);
        define(name, value);
        return value;
      },
      set: (value) => define(name, value),
      enumerable: false,
      configurable: true,
    });
  lazily("process", host);
}
