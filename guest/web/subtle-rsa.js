// RSA of `crypto.subtle`.
(native, need) => {
  const { fail, uses } = need("subtle-params");
  const { key, onlyUses, invalid, bytes, checkJwk, writeJwk, encode } = need("subtle-keys");
  const { pair } = need("subtle-agreement");
  const names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
  const access = (message) => fail("InvalidAccessError", message);

  const algorithmOf = (name, hash, handle) => ({
    __proto__: null,
    name,
    modulusLength: native.bits(handle),
    publicExponent: native.bytes(native.exponent(handle)),
    hash,
  });
  // `alg(digits)` is the name in JSON Web Keys.
  const rsa = (name, alg, privateUses, publicUses, use, operations) => ({
    __proto__: null,
    generateKey({ modulusLength, publicExponent, hash }, extractable, given) {
      onlyUses(given, privateUses | publicUses);
      const work = native.begin(modulusLength, publicExponent);
      const algorithm = { __proto__: null, name, modulusLength, publicExponent, hash };
      return pair(algorithm, extractable, given & publicUses, given & privateUses, () => {
        // A loop of JavaScript, so that limits apply to it.
        for (let handle; ; ) if ((handle = native.step(work)) !== undefined) return [native.publicOf(handle), handle];
      });
    },
    importKey(format, data, { hash }, extractable, given) {
      if (format === "raw") fail("NotSupportedError", "Keys of RSA do not have this format");
      const isPrivate = format === "pkcs8" || (format === "jwk" && data.d !== undefined);
      onlyUses(given, isPrivate ? privateUses : publicUses);
      let handle;
      if (format === "jwk") {
        checkJwk(data, { kty: "RSA", alg: alg(hash), use, given, extractable });
        const n = bytes(data, "n"), e = bytes(data, "e");
        if (!isPrivate) {
          handle = native.fromNumbers(n, e);
        } else {
          if (data.oth !== undefined) fail("NotSupportedError", "Keys with more than two primes are not supported");
          for (let i = 2; i < names.length; i++) bytes(data, names[i]);
          handle = native.fromNumbers(n, e, bytes(data, "d"), bytes(data, "p"), bytes(data, "q"));
        }
      } else {
        handle = native.read(format, data);
      }
      const open = isPrivate ? native.publicOf(handle) : handle;
      return key(isPrivate ? "private" : "public", algorithmOf(name, hash, open), extractable, given, handle);
    },
    exportKey(format, key) {
      const isPrivate = key.type === "private";
      if (format === "jwk") {
        const numbers = native.numbers(key.handle);
        const jwk = { kty: "RSA", alg: alg(key.algorithm.hash) };
        return writeJwk(key, encode(jwk, isPrivate ? names : ["n", "e"], numbers));
      }
      if (format === "raw") fail("NotSupportedError", "Keys of RSA do not have this format");
      if ((format === "pkcs8") !== isPrivate) access("A " + key.type + " key does not have this format");
      return native.write(format, key.handle);
    },
    ...operations,
  });
  // Signatures, with the length of the salt that the helpers expect.
  const signing = (salt) => ({
    sign(parameters, key, data) {
      if (key.type !== "private") access("The key is not a private key");
      return native.sign(key.handle, salt(parameters), key.algorithm.hash.name, data);
    },
    verify(parameters, key, signature, data) {
      if (key.type !== "public") access("The key is not a public key");
      return native.verify(key.handle, salt(parameters), key.algorithm.hash.name, signature, data);
    },
  });
  const digits = (hash) => (hash.name === "SHA-1" ? "1" : native.digits(hash.name));

  return {
    __proto__: null,
    helpers: native,
    "RSASSA-PKCS1-v1_5": rsa(
      "RSASSA-PKCS1-v1_5", (hash) => "RS" + digits(hash), uses.sign, uses.verify, "sig", signing(() => -1),
    ),
    "RSA-PSS": rsa(
      "RSA-PSS", (hash) => "PS" + digits(hash), uses.sign, uses.verify, "sig", signing(({ saltLength }) => saltLength),
    ),
    "RSA-OAEP": rsa(
      "RSA-OAEP", (hash) => (hash.name === "SHA-1" ? "RSA-OAEP" : "RSA-OAEP-" + digits(hash)),
      uses.decrypt | uses.unwrapKey, uses.encrypt | uses.wrapKey, "enc",
      {
        encrypt({ label }, key, data) {
          if (key.type !== "public") access("The key is not a public key");
          return native.encrypt(key.handle, key.algorithm.hash.name, label, data);
        },
        decrypt({ label }, key, data) {
          if (key.type !== "private") access("The key is not a private key");
          return native.decrypt(key.handle, key.algorithm.hash.name, label, data);
        },
      },
    ),
  };
};
