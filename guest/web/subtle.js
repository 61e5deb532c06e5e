// `SubtleCrypto` (Web Cryptography). Each method converts its arguments as Web IDL has it, normalizes the
// algorithm, checks the key, and calls the algorithm, in that order.
(native, need) => {
  const { required } = need("idl");
  const { fail, isObject, integer, source, normalize, uses, usesOf, format: formatOf, jwk } = need("subtle-params");
  const { CryptoKey, isKey, peek } = need("subtle-keys");
  const { expose } = native;

  // The algorithm of a name.
  const algorithm = (name) => {
    if (name === "ECDSA" || name === "ECDH") return need("subtle-ec")[name];
    if (name === "Ed25519" || name === "X25519") return need("subtle-okp")[name];
    if (name === "Ed448" || name === "X448") return need("subtle-448")[name];
    return (name === "RSASSA-PKCS1-v1_5" || name === "RSA-PSS" || name === "RSA-OAEP" ? need("subtle-rsa") : need("subtle-secret"))[name];
  };
  const keyOf = (value) => {
    if (!isKey(value)) throw new TypeError("The key is not a CryptoKey");
    return peek(value);
  };
  const data = source("The data"), signatureOf = source("The signature"), wrapped = source("The wrapped key");
  const long = integer(0xffffffff, "The length");
  // Fails unless a key is one of the algorithm and may be used so.
  const check = (key, { name }, use) => {
    if (key.algorithm.name !== name) fail("InvalidAccessError", "The key is one of " + key.algorithm.name);
    if (!(key.uses & uses[use])) fail("InvalidAccessError", "The key does not have the usage " + use);
  };
  const importKey = (format, keyData, parameters, extractable, given) =>
    algorithm(parameters.name).importKey(format, keyData, parameters, extractable, given);
  const exportKey = (format, key) => {
    const { exportKey } = algorithm(key.algorithm.name);
    if (exportKey === undefined) fail("NotSupportedError", "Keys of " + key.algorithm.name + " cannot be exported");
    if (!key.extractable) fail("InvalidAccessError", "The key is not extractable");
    return exportKey(format, key);
  };
  // What a key encrypts with, for itself or for another key.
  const wrapping = (given, own, general) => normalize(given, own, true) ?? normalize(given, general);

  let allowed = false;
  class SubtleCrypto {
    #brand;
    constructor() {
      if (!allowed) throw new TypeError("Illegal constructor");
    }

    static #run(subtle, given, needed, name, run) {
      return native.settle(() => {
        subtle.#brand;
        required(given.length, needed, "SubtleCrypto." + name);
        return run(given[0], given[1], given[2], given[3], given[4], given[5], given[6]);
      });
    }

    encrypt(algorithm, key, data) { return SubtleCrypto.#run(this, arguments, 3, "encrypt", encrypt); }
    decrypt(algorithm, key, data) { return SubtleCrypto.#run(this, arguments, 3, "decrypt", decrypt); }
    sign(algorithm, key, data) { return SubtleCrypto.#run(this, arguments, 3, "sign", sign); }
    verify(algorithm, key, signature, data) { return SubtleCrypto.#run(this, arguments, 4, "verify", verify); }
    digest(algorithm, data) { return SubtleCrypto.#run(this, arguments, 2, "digest", digest); }
    generateKey(algorithm, extractable, keyUsages) {
      return SubtleCrypto.#run(this, arguments, 3, "generateKey", generate);
    }
    deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
      return SubtleCrypto.#run(this, arguments, 5, "deriveKey", deriveKey);
    }
    deriveBits(algorithm, baseKey, length = null) {
      return SubtleCrypto.#run(this, arguments, 2, "deriveBits", deriveBits);
    }
    importKey(format, keyData, algorithm, extractable, keyUsages) {
      return SubtleCrypto.#run(this, arguments, 5, "importKey", read);
    }
    exportKey(format, key) { return SubtleCrypto.#run(this, arguments, 2, "exportKey", write); }
    wrapKey(format, key, wrappingKey, wrapAlgorithm) {
      return SubtleCrypto.#run(this, arguments, 4, "wrapKey", wrap);
    }
    unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, keyUsages) {
      return SubtleCrypto.#run(this, arguments, 7, "unwrapKey", unwrap);
    }
  }

  // One operation with a key and data.
  const operation = (name) => (given, key, bytes) => {
    key = keyOf(key);
    bytes = data(bytes);
    const parameters = normalize(given, name);
    check(key, parameters, name);
    return algorithm(parameters.name)[name](parameters, key, bytes);
  };
  const encrypt = operation("encrypt"), decrypt = operation("decrypt"), sign = operation("sign");
  const verify = (given, key, signature, bytes) => {
    key = keyOf(key);
    signature = signatureOf(signature);
    bytes = data(bytes);
    const parameters = normalize(given, "verify");
    check(key, parameters, "verify");
    return algorithm(parameters.name).verify(parameters, key, signature, bytes);
  };
  const digest = (given, bytes) => {
    // A name runs no code of a script that could change the bytes, so they need no copy.
    if (typeof given !== "string" || !native.isBytes(bytes)) bytes = data(bytes);
    return native.digest(normalize(given, "digest").name, bytes);
  };
  const generate = (given, extractable, usages) => {
    usages = usesOf(usages);
    const parameters = normalize(given, "generateKey");
    return algorithm(parameters.name).generateKey(parameters, !!extractable, usages);
  };
  const derive = (parameters, key, length) => algorithm(parameters.name).deriveBits(parameters, key, length);
  const deriveKey = (given, key, type, extractable, usages) => {
    key = keyOf(key);
    usages = usesOf(usages);
    const parameters = normalize(given, "deriveBits");
    const imported = normalize(type, "importKey");
    const length = algorithm(imported.name).getLength;
    const sized = normalize(type, "getLength");
    check(key, parameters, "deriveKey");
    const secret = derive(parameters, key, length(sized));
    return importKey("raw", secret, imported, !!extractable, usages);
  };
  const deriveBits = (given, key, length) => {
    key = keyOf(key);
    length = length === undefined || length === null ? null : long(length);
    const parameters = normalize(given, "deriveBits");
    check(key, parameters, "deriveBits");
    return derive(parameters, key, length);
  };
  const read = (format, keyData, given, extractable, usages) => {
    format = formatOf(format);
    const isBytes = native.isBytes(keyData);
    if (!isBytes && !isObject(keyData)) throw new TypeError("The key is neither bytes nor a JSON Web Key");
    keyData = isBytes ? native.copy(keyData) : jwk(keyData);
    usages = usesOf(usages);
    const parameters = normalize(given, "importKey");
    if (isBytes === (format === "jwk")) {
      throw new TypeError(isBytes ? "The key is bytes, and not a JSON Web Key" : "The key is not bytes");
    }
    return importKey(format, keyData, parameters, !!extractable, usages);
  };
  const write = (format, key) => exportKey(formatOf(format), keyOf(key));
  const wrap = (format, key, wrappingKey, given) => {
    format = formatOf(format);
    key = keyOf(key);
    wrappingKey = keyOf(wrappingKey);
    const parameters = wrapping(given, "wrapKey", "encrypt");
    check(wrappingKey, parameters, "wrapKey");
    const exported = exportKey(format, key);
    const bytes = format === "jwk" ? native.toJson(exported) : exported;
    const chosen = algorithm(parameters.name);
    return (chosen.wrapKey ?? chosen.encrypt)(parameters, wrappingKey, bytes);
  };
  const unwrap = (format, bytes, unwrappingKey, given, type, extractable, usages) => {
    format = formatOf(format);
    bytes = wrapped(bytes);
    unwrappingKey = keyOf(unwrappingKey);
    usages = usesOf(usages);
    const parameters = wrapping(given, "unwrapKey", "decrypt");
    const imported = normalize(type, "importKey");
    check(unwrappingKey, parameters, "unwrapKey");
    const chosen = algorithm(parameters.name);
    let keyData = (chosen.unwrapKey ?? chosen.decrypt)(parameters, unwrappingKey, bytes);
    if (format === "jwk") {
      const parsed = native.fromJson(keyData);
      if (!isObject(parsed)) fail("DataError", "The unwrapped key is not a JSON Web Key");
      keyData = jwk(parsed);
    }
    return importKey(format, keyData, imported, !!extractable, usages);
  };

  allowed = true;
  const subtle = new SubtleCrypto();
  allowed = false;
  expose(SubtleCrypto, { describe: () => ({}) });
  return { subtle, SubtleCrypto, CryptoKey, importNow: read };
};
