// `crypto` (Web Cryptography): random values and digests.
(native, need) => {
  const { required } = need("idl");
  const { expose } = native;
  let allowed = false;
  const guard = () => {
    if (!allowed) throw new TypeError("Illegal constructor");
  };

  class SubtleCrypto {
    #brand;
    constructor() { guard(); }
    digest(algorithm, data) {
      return native.settle(() => {
        this.#brand;
        required(arguments.length, 2, "SubtleCrypto.digest");
        const isObject = typeof algorithm === "object" && algorithm !== null;
        const name = native.text(isObject ? algorithm.name : algorithm);
        return native.digest(name, data);
      });
    }
  }

  class Crypto {
    #subtle = new SubtleCrypto();
    constructor() { guard(); }
    get subtle() { return this.#subtle; }
    getRandomValues(array) {
      this.#subtle;
      required(arguments.length, 1, "Crypto.getRandomValues");
      return native.fill(array);
    }
    randomUUID() {
      this.#subtle;
      return native.uuid();
    }
  }

  allowed = true;
  const crypto = new Crypto();
  allowed = false;
  expose(SubtleCrypto, { describe: () => ({}) });
  expose(Crypto, { describe: () => ({}) });
  return { crypto, Crypto, SubtleCrypto };
};
