// Notes where a program uses what is not known before its file runs. It runs in a VM that is thrown
// away, so it need not hide.
(note, { clock, random }) => {
  const noted = (what, use) =>
    function (...args) {
      note(what, new Error().stack);
      return Reflect.apply(use, this, args);
    };
  const wrap = (object, name, what) => {
    const found = object && Object.getOwnPropertyDescriptor(object, name);
    if (typeof found?.value === "function") Object.defineProperty(object, name, { ...found, value: noted(what, found.value) });
    else if (typeof found?.get === "function") Object.defineProperty(object, name, { ...found, get: noted(what, found.get) });
  };
  if (clock) {
    wrap(Date, "now", "Date.now()");
    globalThis.Date = new Proxy(Date, {
      apply(target, self, args) {
        note("Date()", new Error().stack);
        return Reflect.apply(target, self, args);
      },
      construct(target, args, newTarget) {
        if (args.length === 0) note("new Date()", new Error().stack);
        return Reflect.construct(target, args, newTarget);
      },
    });
    wrap(Object.getPrototypeOf(performance), "now", "performance.now()");
    wrap(Object.getPrototypeOf(performance), "timeOrigin", "performance.timeOrigin");
  }
  if (random) {
    wrap(Math, "random", "Math.random()");
    const crypto = Object.getPrototypeOf(globalThis.crypto);
    wrap(crypto, "getRandomValues", "crypto.getRandomValues()");
    wrap(crypto, "randomUUID", "crypto.randomUUID()");
  }
  const { fetch } = globalThis;
  globalThis.fetch = noted("fetch()", fetch);
}
