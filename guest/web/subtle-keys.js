// `CryptoKey` (Web Cryptography), and what all kinds of keys have in common.
(native, need) => {
  const { fail, uses, namesOf } = need("subtle-params");
  const { expose } = native;
  let record;

  class CryptoKey {
    // What it is: `type`, `extractable`, `algorithm`, `uses` as bits, and `handle`: bytes or an object of Rust.
    #record;
    // What scripts see of the algorithm and the usages, which they may change.
    #algorithm;
    #usages;
    constructor() {
      if (record === undefined) throw new TypeError("Illegal constructor");
      this.#record = record;
      record = undefined;
    }
    get type() { return this.#record.type; }
    get extractable() { return this.#record.extractable; }
    get algorithm() { return (this.#algorithm ??= shown(this.#record.algorithm)); }
    get usages() { return (this.#usages ??= namesOf(this.#record.uses)); }

    static create(given) {
      record = given;
      return new CryptoKey();
    }
    static isKey(value) { return typeof value === "object" && value !== null && #record in value; }
    static peek(key) { return key.#record; }
    static describe(key) {
      const { type, extractable, algorithm, uses } = key.#record;
      return { type, extractable, algorithm: shown(algorithm), usages: namesOf(uses) };
    }
  }
  const { create, isKey, peek, describe } = CryptoKey;
  delete CryptoKey.create;
  delete CryptoKey.isKey;
  delete CryptoKey.peek;
  delete CryptoKey.describe;
  // Neither the record nor what it has ever changes, so clones share it.
  expose(CryptoKey, { describe, clone: (key) => create(peek(key)) });

  // A copy of the algorithm for scripts.
  const shown = (algorithm) => {
    const result = {};
    for (const member in algorithm) {
      const value = algorithm[member];
      result[member] =
        member === "hash" ? { name: value.name } : member === "publicExponent" ? native.bytes(value) : value;
    }
    return result;
  };

  // Fails unless all usages are among those that are allowed.
  const onlyUses = (given, allowed) => {
    if (given & ~allowed) fail("SyntaxError", "The key cannot have the usage " + namesOf(given & ~allowed)[0]);
  };

  const key = (type, algorithm, extractable, uses, handle) => {
    if (uses === 0 && type !== "public") fail("SyntaxError", "Usages cannot be empty when creating a key");
    return create({ __proto__: null, type, algorithm, extractable, uses, handle });
  };

  // JSON Web Keys.

  const invalid = (message) => fail("DataError", message);
  // A member with bytes.
  const bytes = (jwk, member) => {
    const value = jwk[member] === undefined ? undefined : native.fromBase64Url(jwk[member]);
    if (value === undefined) invalid("The member " + member + " of the JSON Web Key is missing or not valid base64url");
    return value;
  };
  // What has to be as the caller says. `alg` is undefined where any is allowed.
  const checkJwk = (jwk, { kty, alg, use, given, extractable }) => {
    if (jwk.kty !== kty) invalid("The member kty of the JSON Web Key is not " + kty);
    if (given !== 0 && jwk.use !== undefined && jwk.use !== use) {
      invalid("The member use of the JSON Web Key is not " + use);
    }
    const operations = jwk.key_ops;
    if (operations !== undefined) {
      let mask = 0;
      for (let i = 0; i < operations.length; i++) {
        for (let j = 0; j < i; j++) {
          if (operations[i] === operations[j]) invalid("The member key_ops of the JSON Web Key has a value twice");
        }
        mask |= uses[operations[i]] ?? 0;
      }
      if (given & ~mask) invalid("The member key_ops of the JSON Web Key does not have all usages");
    }
    if (jwk.ext === false && extractable) invalid("The JSON Web Key is not extractable");
    if (alg !== undefined && jwk.alg !== undefined && jwk.alg !== alg) {
      invalid("The member alg of the JSON Web Key is not " + alg);
    }
  };
  const writeJwk = (key, members) => {
    members.key_ops = namesOf(key.uses);
    members.ext = key.extractable;
    return members;
  };
  // Members with bytes, of an array of buffers.
  const encode = (members, names, buffers) => {
    for (let i = 0; i < names.length; i++) members[names[i]] = native.toBase64Url(buffers[i]);
    return members;
  };

  return { CryptoKey, isKey, peek, key, onlyUses, invalid, bytes, checkJwk, writeJwk, encode };
};
