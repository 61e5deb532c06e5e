// The global `fetch`, made when it is first named.
(httpTools, requests) => {
  const define = (value) =>
    Object.defineProperty(globalThis, "fetch", { value, writable: true, enumerable: false, configurable: true });
  Object.defineProperty(globalThis, "fetch", {
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
