// The global `fetch`, made when it is first named.
(httpTools, requests) => {
  const define = (value) =>
    Object.defineProperty(globalThis, "fetch", { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  Object.defineProperty(globalThis, "fetch", {
    __proto__: null,
    get() {
      const value = httpTools().fetch(requests);
      define(value);
      return value;
    },
    set: define,
    enumerable: false,
    configurable: true,
  });
}
