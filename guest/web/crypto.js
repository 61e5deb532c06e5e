// `crypto` (Web Cryptography): random values. `crypto.subtle` is a part of its own.
(native, need) => {
  const { required } = need("idl");
  const { expose } = native;
  let allowed = false;

  class Crypto {
    #brand;
    constructor() {
      if (!allowed) throw new TypeError("Illegal constructor");
    }
    get subtle() {
      this.#brand;
      return need("subtle").subtle;
    }
    getRandomValues(array) {
      this.#brand;
      required(arguments.length, 1, "Crypto.getRandomValues");
      return native.fill(array);
    }
    randomUUID() {
      this.#brand;
      return native.uuid();
    }
  }

  allowed = true;
  const crypto = new Crypto();
  allowed = false;
  expose(Crypto, { describe: () => ({}) });
  return { crypto, Crypto };
};
