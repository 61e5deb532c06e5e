// The keys of `node:crypto`: `KeyObject`, signatures, shared secrets, and encryption with RSA.
(native, need) => {
  const { error, typeError, bytesOf, output, callback, later } = need("node-support");
  const cryptoKeys = need("subtle-keys");
  const namesOfCurves = {
    __proto__: null, prime256v1: "P-256", secp256r1: "P-256", "P-256": "P-256", secp384r1: "P-384", "P-384": "P-384",
    secp521r1: "P-521", "P-521": "P-521", secp256k1: "secp256k1",
  };
  const nodeCurves = { __proto__: null, "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1", secp256k1: "secp256k1" };
  const sizes = { __proto__: null, "P-256": 32, "P-384": 48, "P-521": 66, secp256k1: 32 };
  const families = {
    __proto__: null, "1.2.840.113549.1.1.1": "rsa", "1.2.840.10045.2.1": "ec", "1.3.101.112": "ed25519",
    "1.3.101.110": "x25519", "1.3.101.113": "ed448", "1.3.101.111": "x448",
  };
  const okpNames = { __proto__: null, ed25519: "Ed25519", x25519: "X25519", ed448: "Ed448", x448: "X448" };
  const rsa = () => need("subtle-rsa").helpers;
  const ec = () => need("subtle-ec").helpers;
  const okp = (family) => (family === "ed25519" || family === "x25519" ? need("subtle-okp") : need("subtle-448")).helpers;
  const helpers = (family) => (family === "rsa" ? rsa() : family === "ec" ? ec() : okp(family));

  const curveOf = (name) => {
    const curve = namesOfCurves[name];
    if (curve === undefined) throw error(TypeError, "ERR_CRYPTO_INVALID_CURVE", "Invalid EC curve name");
    return curve;
  };
  const unsupported = (what) => error(Error, "ERR_OSSL_UNSUPPORTED", "error:1E08010C:DECODER routines::unsupported" + (what ? " (" + what + ")" : ""));
  const optionError = (name, value) =>
    error(TypeError, "ERR_INVALID_ARG_VALUE", "The property 'options." + name + "' is invalid. Received " + String(value));

  let made;
  class KeyObject {
    // `type`, `family`, `curve` and `handle`: bytes of a secret key, else an object of Rust.
    #record;
    constructor(type, handle) {
      if (made === undefined) throw error(TypeError, "ERR_INVALID_ARG_VALUE", "A KeyObject is made by createSecretKey, createPublicKey or createPrivateKey");
      this.#record = made;
      made = undefined;
    }
    get type() { return this.#record.type; }
    get asymmetricKeyType() { return this.#record.family; }
    get asymmetricKeyDetails() {
      const { type, family, curve, handle } = this.#record;
      if (type === "secret") return undefined;
      if (family === "ec") return { namedCurve: nodeCurves[curve] };
      if (family !== "rsa") return {};
      const open = type === "private" ? rsa().publicOf(handle) : handle;
      let exponent = 0n;
      for (const byte of new Uint8Array(rsa().exponent(open))) exponent = (exponent << 8n) | BigInt(byte);
      return { modulusLength: rsa().bits(open), publicExponent: exponent };
    }
    get symmetricKeySize() { return this.#record.type === "secret" ? this.#record.handle.byteLength : undefined; }
    equals(other) {
      if (!isKeyObject(other)) throw typeError("otherKeyObject", "an instance of KeyObject", other);
      const mine = this.#record, its = other.#record;
      if (mine.type !== its.type || mine.family !== its.family) return false;
      return native.equals(bytesToCompare(mine), bytesToCompare(its));
    }
    export(options = {}) {
      const { type, handle } = this.#record;
      if (options.format === "jwk") return jwkOf(this.#record);
      if (type === "secret") return output(native.copy(handle));
      if (options.format !== "pem" && options.format !== "der") throw optionError("format", options.format);
      if (options.cipher !== undefined) throw error(Error, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", "Keys cannot be exported encrypted");
      return write(this.#record, options);
    }
    toCryptoKey(algorithm, extractable, usages) {
      // As `importKey`, but at once.
      const { type, handle, family } = this.#record;
      const { importNow } = need("subtle");
      if (type === "secret") return importNow("raw", native.copy(handle), algorithm, extractable, usages);
      const format = type === "public" ? "spki" : "pkcs8";
      return importNow(format, helpers(family).write(format, handle), algorithm, extractable, usages);
    }
    static from(key) {
      if (!cryptoKeys.isKey(key)) throw typeError("key", "an instance of CryptoKey", key);
      const { type, algorithm, handle } = cryptoKeys.peek(key);
      if (type === "secret") return create({ type, handle: native.copy(handle) });
      const name = algorithm.name;
      const family = name.startsWith("RSA") ? "rsa" : name.startsWith("EC") ? "ec" : name.toLowerCase();
      return create({ type, family, curve: algorithm.namedCurve, handle });
    }
    static isKeyObject(value) { return typeof value === "object" && value !== null && #record in value; }
    static create(record) {
      made = record;
      return new KeyObject();
    }
    static peek(key) { return key.#record; }
  }
  const { isKeyObject, create, peek } = KeyObject;
  delete KeyObject.isKeyObject;
  delete KeyObject.create;
  delete KeyObject.peek;
  native.expose(KeyObject, {
    describe: (key) => {
      const { type, family } = peek(key);
      return family === undefined ? { type } : { type, asymmetricKeyType: family };
    },
    clone: (key) => create(peek(key)),
  });

  const bytesToCompare = ({ type, family, handle }) =>
    type === "secret" ? handle : helpers(family).write(type === "public" ? "spki" : "pkcs8", handle);
  const publicOf = (record) =>
    record.type === "public" ? record : { ...record, type: "public", handle: helpers(record.family).publicOf(record.handle) };

  // JSON Web Keys.

  const rsaNames = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
  const jwkOf = ({ type, family, curve, handle }) => {
    const text = native.toBase64Url;
    if (type === "secret") return { kty: "oct", k: text(handle) };
    const isPrivate = type === "private";
    if (family === "rsa") {
      const numbers = rsa().numbers(handle), jwk = { kty: "RSA" };
      for (let i = 0; i < numbers.length; i++) jwk[rsaNames[i]] = text(numbers[i]);
      return jwk;
    }
    const point = isPrivate ? helpers(family).publicOf(handle) : handle;
    const jwk = family === "ec"
      ? { kty: "EC", x: text(ec().write("x", point)), y: text(ec().write("y", point)), crv: curve }
      : { kty: "OKP", crv: okpNames[family], x: text(okp(family).write("raw", point)) };
    if (isPrivate) jwk.d = text(helpers(family).write("private", handle));
    return jwk;
  };
  const fromJwk = (jwk, wantsPrivate) => {
    const invalid = (what) => error(TypeError, "ERR_CRYPTO_INVALID_JWK", "Invalid JWK" + (what ? " " + what + " key" : " data"));
    const bytes = (name) => {
      const found = typeof jwk[name] === "string" ? native.fromBase64Url(jwk[name]) : undefined;
      if (found === undefined) throw typeError("key." + name, "of type string", jwk[name]);
      return found;
    };
    const isPrivate = wantsPrivate && jwk.d !== undefined;
    if (wantsPrivate && !isPrivate) throw typeError("key.d", "of type string", jwk.d);
    const type = isPrivate ? "private" : "public";
    try {
      switch (jwk.kty) {
        case "RSA":
          return { type, family: "rsa", handle: isPrivate
            ? rsa().fromNumbers(bytes("n"), bytes("e"), bytes("d"), bytes("p"), bytes("q"))
            : rsa().fromNumbers(bytes("n"), bytes("e")) };
        case "EC": {
          const curve = curveOf(jwk.crv);
          const handle = isPrivate
            ? ec().read("private", curve, bytes("d")) : ec().fromCoordinates(curve, bytes("x"), bytes("y"));
          return { type, family: "ec", curve, handle };
        }
        case "OKP": {
          const family = String(jwk.crv).toLowerCase();
          if (okpNames[family] !== jwk.crv) throw invalid();
          const handle = okp(family).read(isPrivate ? "private" : "raw", jwk.crv, bytes(isPrivate ? "d" : "x"));
          return { type, family, handle };
        }
      }
    } catch (cause) {
      if (cause.code !== 0 && typeof cause.code === "string") throw cause;
      throw error(TypeError, "ERR_CRYPTO_INVALID_JWK", "Invalid JWK " + jwk.kty + " key", cause);
    }
    throw invalid();
  };

  // DER and PEM.

  const read = (bytes, kind) => {
    try {
      if (kind === "pkcs1" || kind === "pkcs1-public") {
        return { type: kind === "pkcs1" ? "private" : "public", family: "rsa", handle: rsa().read(kind, bytes) };
      }
      const isPrivate = kind !== "spki";
      if (kind === "sec1") {
        const handle = ec().read("sec1", undefined, bytes);
        return { type: "private", family: "ec", curve: ec().curveOf(handle), handle };
      }
      const family = families[native.keyAlgorithm(bytes, isPrivate)];
      if (family === undefined) throw unsupported();
      const type = isPrivate ? "private" : "public";
      if (family === "rsa") return { type, family, handle: rsa().read(kind, bytes) };
      if (family === "ec") {
        const handle = ec().read(kind, undefined, bytes);
        return { type, family, curve: ec().curveOf(handle), handle };
      }
      return { type, family, handle: okp(family).read(kind, okpNames[family], bytes) };
    } catch (cause) {
      if (cause.code === "ERR_OSSL_UNSUPPORTED") throw cause;
      throw error(Error, "ERR_OSSL_ASN1_WRONG_TAG", "error:068000A8:asn1 encoding routines::wrong tag: " + cause.message, cause);
    }
  };
  const labels = {
    __proto__: null, "PUBLIC KEY": "spki", "PRIVATE KEY": "pkcs8", "RSA PRIVATE KEY": "pkcs1",
    "RSA PUBLIC KEY": "pkcs1-public", "EC PRIVATE KEY": "sec1",
  };
  const write = ({ type, family, handle }, { format, type: kind }) => {
    const isPublic = type === "public";
    const allowed = isPublic ? ["spki", "pkcs1"] : ["pkcs8", "pkcs1", "sec1"];
    if (!allowed.includes(kind)) throw optionError("type", kind);
    if ((kind === "pkcs1" && family !== "rsa") || (kind === "sec1" && family !== "ec")) {
      throw error(Error, "ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS", "The selected key encoding " + kind + " does not support the key type.");
    }
    const form = kind === "pkcs1" && isPublic ? "pkcs1-public" : kind;
    const bytes = helpers(family).write(form, handle);
    if (format === "der") return output(bytes);
    for (const label in labels) if (labels[label] === form) return native.toPem(label, bytes);
  };

  // What functions take for a key: a KeyObject, CryptoKey, PEM, or an object with `key`, `format` and `type`.
  const keyFrom = (given, wantsPrivate) => {
    let key = given, format, kind, encoding;
    if (typeof given === "object" && given !== null && !isKeyObject(given) && !cryptoKeys.isKey(given) && !native.isBytes(given)) {
      ({ key, format, type: kind, encoding } = given);
      if (format === "jwk") return fromJwk(key, wantsPrivate);
      if (given.passphrase !== undefined && typeof key === "string" && key.includes("ENCRYPTED")) throw unsupported("encrypted keys");
    }
    if (cryptoKeys.isKey(key)) key = KeyObject.from(key);
    if (isKeyObject(key)) return peek(key);
    if (typeof key === "string" && encoding !== undefined && format !== "pem") key = bytesOf(key, encoding, "key");
    if (format === "der") {
      const form = kind === "pkcs1" && !wantsPrivate ? "pkcs1-public" : kind;
      if (form === undefined) throw optionError("type", kind);
      return read(bytesOf(key, encoding, "key"), form);
    }
    if (typeof key !== "string" && !native.isBytes(key)) {
      throw typeError("key", "of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey", given);
    }
    const text = typeof key === "string" ? key : output(bytesOf(key), "utf8");
    const found = native.fromPem(text);
    if (found === undefined || labels[found[0]] === undefined) {
      throw unsupported(found === undefined ? undefined : found[0] === "ENCRYPTED PRIVATE KEY" ? "encrypted keys" : found[0]);
    }
    return read(found[1], labels[found[0]]);
  };
  const privateFrom = (given) => {
    const record = keyFrom(given, true);
    if (record.type !== "private") throw error(TypeError, "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", "Invalid key object type " + record.type + ", expected private.");
    return record;
  };
  const publicFrom = (given) => {
    const record = keyFrom(given, false);
    if (record.type === "secret") throw error(TypeError, "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", "Invalid key object type secret, expected private or public.");
    return publicOf(record);
  };
  const secretOf = (key) => {
    if (cryptoKeys.isKey(key)) key = KeyObject.from(key);
    if (isKeyObject(key)) {
      const { type, handle } = peek(key);
      if (type !== "secret") throw error(TypeError, "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", "Invalid key object type " + type + ", expected secret.");
      return new Uint8Array(handle);
    }
    return bytesOf(key, undefined, "key");
  };

  const createSecretKey = (key, encoding) => create({ type: "secret", handle: native.copy(bytesOf(key, encoding, "key")) });
  const createPrivateKey = (key) => {
    if (isKeyObject(key)) throw typeError("key", "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView", key);
    return create(privateFrom(key));
  };
  const createPublicKey = (key) => create(publicFrom(key));

  // Signatures.

  const settings = (given) => (typeof given === "object" && given !== null && !isKeyObject(given) && !native.isBytes(given) ? given : {});
  const digestOf = (name, family) => {
    if (typeof name !== "string") throw typeError("algorithm", "of type string", name);
    if (native.digestSize(name) === undefined) throw error(TypeError, "ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: " + name);
    return name;
  };
  // PKCS #1 v1.5 is -1 for the helpers; -1, -2 and -3 of Node.js are the digest, the longest, and any length.
  const saltOf = ({ padding = 1, saltLength }, digest, record, isSigning) => {
    if (padding === 1) return -1;
    if (padding !== 6) throw error(Error, "ERR_OSSL_RSA_ILLEGAL_OR_UNSUPPORTED_PADDING_MODE", "illegal or unsupported padding mode");
    if (saltLength === undefined) saltLength = -2;
    if (saltLength === -1) return native.digestSize(digest);
    if (saltLength === -2 && isSigning) {
      const bits = rsa().bits(publicOf(record).handle);
      return Math.ceil((bits - 1) / 8) - native.digestSize(digest) - 2;
    }
    return saltLength < 0 ? -2 : saltLength;
  };
  const signWith = (digest, data, given) => {
    const record = privateFrom(given), options = settings(given);
    const { family, curve, handle } = record;
    if (family === "rsa") {
      const name = digestOf(digest ?? "sha256");
      return rsa().sign(handle, saltOf(options, name, record, true), name, data);
    }
    if (family === "ec") {
      const signature = ec().sign(handle, digestOf(digest ?? "sha256"), data);
      return options.dsaEncoding === "ieee-p1363" ? signature : ec().toDer(signature);
    }
    if (digest !== null && digest !== undefined) throw error(Error, "ERR_CRYPTO_UNSUPPORTED_OPERATION", "Unsupported crypto operation");
    if (family !== "ed25519" && family !== "ed448") throw error(Error, "ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE", "operation not supported for this keytype");
    return okp(family).sign(handle, data);
  };
  const verifyWith = (digest, data, given, signature) => {
    const record = publicFrom(given), options = settings(given);
    const { family, curve, handle } = record;
    if (family === "rsa") {
      const name = digestOf(digest ?? "sha256");
      return rsa().verify(handle, saltOf(options, name, record, false), name, signature, data);
    }
    if (family === "ec") {
      const raw = options.dsaEncoding === "ieee-p1363" ? signature : ec().fromDer(signature, sizes[curve]);
      return raw !== undefined && ec().verify(handle, digestOf(digest ?? "sha256"), raw, data);
    }
    if (digest !== null && digest !== undefined) throw error(Error, "ERR_CRYPTO_UNSUPPORTED_OPERATION", "Unsupported crypto operation");
    return okp(family).verify(handle, signature, data);
  };
  const answer = (done, run) => {
    if (done === undefined) return run();
    callback(done);
    let result;
    try {
      result = run();
    } catch (thrown) {
      return later(done, thrown);
    }
    later(done, null, result);
  };
  const sign = (digest, data, key, done) =>
    answer(done, () => output(signWith(digest, bytesOf(data, undefined, "data", true), key)));
  const verify = (digest, data, key, signature, done) =>
    answer(done, () => verifyWith(digest, bytesOf(data, undefined, "data", true), key, bytesOf(signature, undefined, "signature", true)));

  class Gathering {
    #digest;
    #parts = [];
    #length = 0;
    constructor(digest) {
      this.#digest = digestOf(digest);
    }
    update(data, encoding) {
      const bytes = bytesOf(data, encoding, "data").slice();
      this.#parts.push(bytes);
      this.#length += bytes.length;
      return this;
    }
    write(data, encoding) { this.update(data, encoding); return true; }
    end(data, encoding) { if (data !== undefined) this.update(data, encoding); return this; }
    static take(object) {
      const all = new Uint8Array(object.#length);
      let at = 0;
      for (const part of object.#parts) {
        all.set(part, at);
        at += part.length;
      }
      return [object.#digest, all];
    }
  }
  const { take } = Gathering;
  delete Gathering.take;
  class Sign extends Gathering {
    sign(key, encoding) {
      const [digest, data] = take(this);
      return output(signWith(digest, data, key), encoding);
    }
  }
  class Verify extends Gathering {
    verify(key, signature, encoding) {
      const [digest, data] = take(this);
      return verifyWith(digest, data, key, bytesOf(signature, encoding, "signature"));
    }
  }

  // Creating keys.

  const generateHandles = (type, options = {}) => {
    if (type === "rsa" || type === "rsa-pss") {
      const { modulusLength, publicExponent = 65537 } = options;
      if (typeof modulusLength !== "number") throw typeError("options.modulusLength", "of type number", modulusLength);
      const exponent = new Uint8Array(4);
      new DataView(exponent.buffer).setUint32(0, publicExponent);
      const work = rsa().begin(modulusLength, exponent);
      for (let handle; ; ) if ((handle = rsa().step(work)) !== undefined) return { type: "private", family: "rsa", handle };
    }
    if (type === "ec") {
      if (typeof options.namedCurve !== "string") throw typeError("options.namedCurve", "of type string", options.namedCurve);
      const curve = curveOf(options.namedCurve);
      return { type: "private", family: "ec", curve, handle: ec().generate(curve) };
    }
    if (okpNames[type] === undefined) throw error(TypeError, "ERR_INVALID_ARG_VALUE", "The argument 'type' must be a supported key type. Received '" + type + "'");
    return { type: "private", family: type, handle: okp(type).generate(okpNames[type]) };
  };
  const generateKeyPairSync = (type, options = {}) => {
    if (typeof type !== "string") throw typeError("type", "of type string", type);
    const closed = generateHandles(type, options);
    const give = (record, encoding) => {
      const key = create(record);
      return encoding === undefined ? key : key.export(encoding);
    };
    return { publicKey: give(publicOf(closed), options.publicKeyEncoding), privateKey: give(closed, options.privateKeyEncoding) };
  };
  const generateKeyPair = (type, options, done) => {
    if (typeof options === "function") [options, done] = [undefined, options];
    callback(done);
    const { publicKey, privateKey } = generateKeyPairSync(type, options);
    later(done, null, publicKey, privateKey);
  };
  generateKeyPair[Symbol.for("nodejs.util.promisify.custom")] = async (type, options) => generateKeyPairSync(type, options);
  const generateKeySync = (type, options) => {
    const { length } = options ?? {};
    if (type !== "hmac" && type !== "aes") throw error(TypeError, "ERR_INVALID_ARG_VALUE", "The argument 'type' must be a supported key type. Received '" + type + "'");
    if (typeof length !== "number") throw typeError("options.length", "of type number", length);
    if (type === "aes" && length !== 128 && length !== 192 && length !== 256) throw optionError("length", length);
    return create({ type: "secret", handle: native.random(length >> 3) });
  };
  const generateKey = (type, options, done) => {
    callback(done);
    later(done, null, generateKeySync(type, options));
  };

  // Shared secrets.

  const diffieHellman = ({ privateKey, publicKey }, done) =>
    answer(done, () => {
      const mine = privateFrom(privateKey), its = publicFrom(publicKey);
      if (mine.family !== its.family || mine.family === "rsa" || mine.curve !== its.curve) {
        throw error(Error, "ERR_CRYPTO_INCOMPATIBLE_KEY", "Incompatible key types for Diffie-Hellman: " + mine.family + " and " + its.family);
      }
      return output(helpers(mine.family).agree(mine.handle, its.handle));
    });
  class ECDH {
    #curve;
    #key;
    constructor(curve) {
      if (typeof curve !== "string") throw typeError("curve", "of type string", curve);
      this.#curve = curveOf(curve);
    }
    generateKeys(encoding, format) {
      this.#key = ec().generate(this.#curve);
      return this.getPublicKey(encoding, format);
    }
    setPrivateKey(key, encoding) {
      const bytes = bytesOf(key, encoding, "key"), size = sizes[this.#curve];
      const padded = new Uint8Array(size);
      if (bytes.length <= size) padded.set(bytes, size - bytes.length);
      try {
        this.#key = ec().read("private", this.#curve, bytes.length <= size ? padded : bytes);
      } catch (cause) {
        throw error(Error, "ERR_CRYPTO_INVALID_KEYTYPE", "Private key is not valid for specified curve.", cause);
      }
    }
    #own() {
      if (this.#key === undefined) throw error(Error, "ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY", "Failed to get ECDH private key");
      return this.#key;
    }
    getPrivateKey(encoding) { return output(ec().write("private", this.#own()), encoding); }
    getPublicKey(encoding, format = "uncompressed") {
      return output(point(ec().publicOf(this.#own()), format), encoding);
    }
    computeSecret(other, encoding, outputEncoding) {
      let open;
      try {
        open = ec().read("raw", this.#curve, bytesOf(other, encoding, "otherPublicKey"));
      } catch (cause) {
        throw error(Error, "ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY", "Public key is not valid for specified curve", cause);
      }
      return output(ec().agree(this.#own(), open), outputEncoding);
    }
    static convertKey(key, curve, encoding, outputEncoding, format = "uncompressed") {
      return output(point(ec().read("raw", curveOf(curve), bytesOf(key, encoding, "key")), format), outputEncoding);
    }
  }
  const point = (open, format) => {
    if (format === "compressed") return ec().write("compressed", open);
    const bytes = new Uint8Array(ec().write("raw", open));
    if (format === "hybrid") bytes[0] = 6 | (bytes[bytes.length - 1] & 1);
    else if (format !== "uncompressed") throw error(TypeError, "ERR_CRYPTO_ECDH_INVALID_FORMAT", "Invalid ECDH format: " + format);
    return bytes;
  };

  // Encryption with RSA.

  const oaep = ({ padding = 4, oaepHash = "sha1", oaepLabel }) => {
    if (padding !== 4) throw error(Error, "ERR_OSSL_RSA_ILLEGAL_OR_UNSUPPORTED_PADDING_MODE", "Only RSA_PKCS1_OAEP_PADDING is supported");
    return [digestOf(oaepHash), oaepLabel === undefined ? undefined : bytesOf(oaepLabel, undefined, "key.oaepLabel")];
  };
  const onlyRsa = (record) => {
    if (record.family !== "rsa") throw error(Error, "ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE", "operation not supported for this keytype");
    return record.handle;
  };
  const publicEncrypt = (key, data) =>
    output(rsa().encrypt(onlyRsa(publicFrom(key)), ...oaep(settings(key)), bytesOf(data, undefined, "buffer")));
  const privateDecrypt = (key, data) => {
    const handle = onlyRsa(privateFrom(key)), parameters = oaep(settings(key));
    try {
      return output(rsa().decrypt(handle, ...parameters, bytesOf(data, undefined, "buffer")));
    } catch (cause) {
      throw error(Error, "ERR_OSSL_RSA_OAEP_DECODING_ERROR", "error:02000079:rsa routines::oaep decoding error", cause);
    }
  };

  const exports = {
    Sign, Verify, ECDH, createSecretKey, createPrivateKey, createPublicKey, sign, verify,
    createSign: (digest) => new Sign(digest), createVerify: (digest) => new Verify(digest),
    generateKeyPair, generateKeyPairSync, generateKey, generateKeySync, diffieHellman,
    createECDH: (curve) => new ECDH(curve), getCurves: () => ["prime256v1", "secp256k1", "secp384r1", "secp521r1"],
    publicEncrypt, privateDecrypt,
    constants: {
      RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6,
      RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2,
      POINT_CONVERSION_COMPRESSED: 2, POINT_CONVERSION_UNCOMPRESSED: 4, POINT_CONVERSION_HYBRID: 6,
    },
  };
  return { KeyObject, secretOf, exports };
};
