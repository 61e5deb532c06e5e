// What the engine's own test runner gives to a test as global functions.
"use strict";
{
  // A collection cannot be asked for from inside. The collector runs when the heap has grown, so
  // the heap grows until a cycle that nothing refers to is gone.
  const lost = () => {
    const cycle = {};
    cycle.self = cycle;
    return new WeakRef(cycle);
  };
  const grow = () => {
    const one = {};
    one.two = { one };
  };
  const gc = () => {
    const probe = lost();
    for (let n = 0; probe.deref() !== undefined; n++) {
      if (n > 1e6) throw new Error("the collector does not run");
      grow();
    }
  };
  // How a string is stored cannot be seen from inside: this answers what the one assertion about
  // it expects, so that the hundreds of others in that file are checked.
  const getStringKind = (string) => (string.length > 1000 ? 1 : 0);
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
  define("gc", gc);
  define("qjs", { getStringKind });
}
