// Algorithms with secret keys: AES, HMAC, and keys from secrets and passwords.
(native, need) => {
  const { fail, uses } = need("subtle-params");
  const { key, onlyUses, invalid, bytes, checkJwk, writeJwk } = need("subtle-keys");
  const operation = (message) => fail("OperationError", message);
  const unsupported = () => fail("NotSupportedError", "Keys of this algorithm do not have this format");

  // The bytes of a secret key. `checks` says what a JSON Web Key has to be.
  const secret = (format, data, checks) => {
    if (format === "raw") return data;
    if (format !== "jwk") unsupported();
    checks.kty = "oct";
    checkJwk(data, checks);
    return bytes(data, "k");
  };
  const exportSecret = (format, key, alg) => {
    if (format === "raw") return native.copy(key.handle);
    if (format !== "jwk") unsupported();
    return writeJwk(key, { kty: "oct", k: native.toBase64Url(key.handle), alg });
  };

  const checkAesLength = (length) => {
    if (length !== 128 && length !== 192 && length !== 256) operation("A key of AES has 128, 192 or 256 bits");
    return length;
  };
  // The suffix of the names in JSON Web Keys, and the usages.
  const aes = (suffix, allowed, operations) => ({
    __proto__: null,
    generateKey({ name, length }, extractable, given) {
      onlyUses(given, allowed);
      checkAesLength(length);
      return key("secret", { __proto__: null, name, length }, extractable, given, native.random(length / 8));
    },
    importKey(format, data, { name }, extractable, given) {
      onlyUses(given, allowed);
      const handle = secret(format, data, { use: "enc", given, extractable });
      const length = 8 * native.size(handle);
      if (length !== 128 && length !== 192 && length !== 256) invalid("A key of AES has 128, 192 or 256 bits");
      if (format === "jwk" && data.alg !== undefined && data.alg !== "A" + length + suffix) {
        invalid("The member alg of the JSON Web Key is not A" + length + suffix);
      }
      return key("secret", { __proto__: null, name, length }, extractable, given, handle);
    },
    exportKey: (format, key) => exportSecret(format, key, "A" + key.algorithm.length + suffix),
    getLength: ({ length }) => checkAesLength(length),
    ...operations,
  });
  const all = uses.encrypt | uses.decrypt | uses.wrapKey | uses.unwrapKey;

  const checkIv = (iv) => {
    if (native.size(iv) !== 16) operation("The iv has not 16 bytes");
    return iv;
  };
  const cbc = (encrypts) => ({ iv }, key, data) => native.aesCbc(encrypts, key.handle, checkIv(iv), data);
  const ctr = ({ counter, length }, key, data) => {
    if (native.size(counter) !== 16) operation("The counter has not 16 bytes");
    if (length === 0 || length > 128) operation("The length of the counter is not 1 to 128");
    return native.aesCtr(key.handle, counter, length, data);
  };
  const gcm = (encrypts) => ({ iv, additionalData, tagLength = 128 }, key, data) => {
    if (tagLength !== 32 && tagLength !== 64 && (tagLength < 96 || tagLength > 128 || tagLength % 8 !== 0)) {
      operation("The length of the tag is not 32, 64, 96, 104, 112, 120 or 128");
    }
    return native.aesGcm(encrypts, key.handle, iv, additionalData, tagLength / 8, data);
  };

  const hashBits = (hash) => (hash.name === "SHA-384" || hash.name === "SHA-512" ? 1024 : 512);
  const HMAC = {
    __proto__: null,
    generateKey({ name, hash, length }, extractable, given) {
      onlyUses(given, uses.sign | uses.verify);
      length ??= hashBits(hash);
      if (length === 0) operation("The length of the key is 0");
      const handle = native.random((length + 7 - ((length + 7) % 8)) / 8);
      return key("secret", { __proto__: null, name, hash, length }, extractable, given, handle);
    },
    importKey(format, data, { name, hash, length }, extractable, given) {
      onlyUses(given, uses.sign | uses.verify);
      const alg = "HS" + native.digits(hash.name);
      const handle = secret(format, data, { alg, use: "sig", given, extractable });
      const bits = 8 * native.size(handle);
      if (bits === 0) invalid("The key is empty");
      if (length !== undefined && (length > bits || length <= bits - 8)) invalid("The key has another length");
      return key("secret", { __proto__: null, name, hash, length: length ?? bits }, extractable, given, handle);
    },
    exportKey: (format, key) => exportSecret(format, key, "HS" + native.digits(key.algorithm.hash.name)),
    getLength({ hash, length }) {
      if (length === 0) throw new TypeError("The length of the key is 0");
      return length ?? hashBits(hash);
    },
    sign: (_, key, data) => native.hmac(key.algorithm.hash.name, key.handle, data),
    verify: (_, key, signature, data) =>
      native.equals(native.hmac(key.algorithm.hash.name, key.handle, data), signature),
  };

  const derivation = (deriveBits) => ({
    __proto__: null,
    importKey(format, data, { name }, extractable, given) {
      if (format !== "raw") unsupported();
      onlyUses(given, uses.deriveKey | uses.deriveBits);
      if (extractable) fail("SyntaxError", "Keys of " + name + " cannot be extractable");
      return key("secret", { __proto__: null, name }, false, given, data);
    },
    getLength: () => null,
    deriveBits(parameters, key, length) {
      if (length === null || length % 8 !== 0) operation("The length is not a multiple of 8");
      return deriveBits(parameters, key.handle, length / 8);
    },
  });

  return {
    __proto__: null,
    "AES-CBC": aes("CBC", all, { encrypt: cbc(true), decrypt: cbc(false) }),
    "AES-CTR": aes("CTR", all, { encrypt: ctr, decrypt: ctr }),
    "AES-GCM": aes("GCM", all, { encrypt: gcm(true), decrypt: gcm(false) }),
    "AES-KW": aes("KW", uses.wrapKey | uses.unwrapKey, {
      wrapKey: (_, key, data) => native.aesWrap(true, key.handle, data),
      unwrapKey: (_, key, data) => native.aesWrap(false, key.handle, data),
    }),
    HMAC,
    HKDF: derivation(({ hash, salt, info }, secret, length) => native.hkdf(hash.name, secret, salt, info, length)),
    PBKDF2: derivation(({ hash, salt, iterations }, secret, length) => {
      if (iterations === 0) operation("The number of iterations is 0");
      const work = native.pbkdf2(hash.name, secret, salt, iterations, length);
      for (let bytes; ; ) if ((bytes = native.pbkdf2Step(work)) !== undefined) return bytes;
    }),
  };
};
