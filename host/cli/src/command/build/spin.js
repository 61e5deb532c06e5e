// Puts a function around the global `fetch`, which is made when it is first named.
() => {
  // The name by which Spin reaches the application itself.
  const SELF = "http://self.alt";
  const DENIED = "ERR_ACCESS_DENIED";
  const OF_SELF = "cannot reach self.alt:";
  const ADVICE = "Whoever runs this file must allow this host";
  const { apply, defineProperty } = Reflect;
  const { slice } = String.prototype;
  const { get } = Object.getOwnPropertyDescriptor(globalThis, "fetch");

  const define = (value) =>
    defineProperty(globalThis, "fetch", { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  const explain = (error) => {
    const { message } = error;
    const part = (start, end) => apply(slice, message, [start, end]);
    if (part(-ADVICE.length) !== ADVICE) return;
    const host = part(0, OF_SELF.length) === OF_SELF ? '"http://self"' : "it";
    const value = `${part(0, -ADVICE.length)}Add ${host} to allowed_outbound_hosts in spin.toml`;
    defineProperty(error, "message", { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  };
  defineProperty(globalThis, "fetch", {
    __proto__: null,
    get() {
      const send = apply(get, globalThis, []);
      const adapted = async function fetch(input, init = undefined) {
        if (arguments.length === 0) return send();
        const isPath = typeof input === "string" && input[0] === "/" && input[1] !== "/";
        try {
          return await send(isPath ? SELF + input : input, init);
        } catch (error) {
          if (error?.code === DENIED) explain(error);
          throw error;
        }
      };
      define(adapted);
      return adapted;
    },
    set: define,
    enumerable: false,
    configurable: true,
  });
}
