// `node:crypto`: hashes, ciphers, random numbers, and keys from secrets. Keys and signatures are in the part
// `node-keys`. The value is a function of the `Buffer` and the `StringDecoder` of Node.js.
(native, need) => {
  const support = need("node-support");
  const { error, typeError, bytesOf, output, decoder, callback, later } = support;
  const keys = need("node-keys");
  const { crypto, webcrypto = crypto } = need("crypto");
  const { KeyObject, secretOf } = keys;

  const digestError = (name) => error(TypeError, "ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: " + name);
  const checkDigest = (name) => {
    if (typeof name !== "string") throw typeError("digest", "of type string", name);
    if (native.digestSize(name) === undefined) throw digestError(name);
    return name;
  };
  const checkInteger = (value, name, min, max) => {
    if (typeof value !== "number") throw typeError(name, "of type number", value);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw error(RangeError, "ERR_OUT_OF_RANGE", 'The value of "' + name + '" is out of range. It must be >= ' + min + " && <= " + max + ". Received " + value);
    }
    return value;
  };

  // Hashes.

  class Hash {
    #state;
    #size;
    constructor(algorithm, options) {
      if (algorithm instanceof Hash) {
        this.#state = native.copyDigest(algorithm.#state);
        return;
      }
      if (typeof algorithm !== "string") throw typeError("algorithm", "of type string", algorithm);
      if (native.digestSize(algorithm) === undefined) throw new Error("Digest method not supported");
      this.#state = native.beginDigest(algorithm);
    }
    update(data, encoding) {
      if (this.#state === undefined) throw error(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
      native.addTo(this.#state, bytesOf(data, encoding, "data"));
      return this;
    }
    digest(encoding) {
      if (this.#state === undefined) throw error(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
      const result = native.endDigest(this.#state);
      this.#state = undefined;
      return output(result, encoding);
    }
    copy() {
      if (this.#state === undefined) throw error(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
      return new Hash(this);
    }
    // As far as a stream is written to.
    write(data, encoding) { this.update(data, encoding); return true; }
    end(data, encoding) { if (data !== undefined) this.update(data, encoding); return this; }
    read() { return this.digest(); }
  }
  class Hmac {
    #state;
    constructor(algorithm, key) {
      if (typeof algorithm !== "string") throw typeError("hmac", "of type string", algorithm);
      if (native.digestSize(algorithm) === undefined) throw digestError(algorithm);
      this.#state = native.beginHmac(algorithm, secretOf(key));
    }
    update(data, encoding) {
      if (this.#state === undefined) throw error(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
      native.addTo(this.#state, bytesOf(data, encoding, "data"));
      return this;
    }
    digest(encoding) {
      // As in Node.js, the second result is empty.
      const result = this.#state === undefined ? new ArrayBuffer(0) : native.endDigest(this.#state);
      this.#state = undefined;
      return output(result, encoding);
    }
    write(data, encoding) { this.update(data, encoding); return true; }
    end(data, encoding) { if (data !== undefined) this.update(data, encoding); return this; }
    read() { return this.digest(); }
  }
  const createHash = (algorithm, options) => new Hash(algorithm, options);
  const createHmac = (algorithm, key) => new Hmac(algorithm, key);
  const hash = (algorithm, data, encoding = "hex") =>
    new Hash(algorithm).update(data).digest(typeof encoding === "object" ? encoding?.outputEncoding ?? "hex" : encoding);

  // Random numbers.

  const randomBytes = (size, done) => {
    checkInteger(size, "size", 0, 2 ** 31 - 1);
    const bytes = output(native.random(size));
    return done === undefined ? bytes : later(callback(done), undefined, bytes);
  };
  const randomFillSync = (target, offset = 0, size = undefined) => {
    const whole = bytesOf(target, undefined, "buf");
    // In elements of the array, as in Node.js.
    const unit = target.BYTES_PER_ELEMENT ?? 1;
    const start = checkInteger(offset * unit, "offset", 0, whole.byteLength);
    const length = size === undefined ? whole.byteLength - start : checkInteger(size * unit, "size", 0, whole.byteLength - start);
    whole.set(new Uint8Array(native.random(length)), start);
    return target;
  };
  const randomFill = (target, offset, size, done) => {
    if (typeof offset === "function") [offset, done] = [undefined, offset];
    else if (typeof size === "function") [size, done] = [undefined, size];
    later(callback(done), undefined, randomFillSync(target, offset, size));
  };
  const randomInt = (min, max, done) => {
    if (max === undefined || typeof max === "function") [min, max, done] = [0, min, max];
    if (!Number.isSafeInteger(min)) throw typeError("min", "a safe integer", min);
    if (!Number.isSafeInteger(max)) throw typeError("max", "a safe integer", max);
    const range = max - min;
    if (range <= 0) {
      throw error(RangeError, "ERR_OUT_OF_RANGE", 'The value of "max" is out of range. It must be greater than the value of "min" (' + min + "). Received " + max);
    }
    if (range >= 2 ** 48) {
      throw error(RangeError, "ERR_OUT_OF_RANGE", 'The value of "max - min" is out of range. It must be <= 281474976710655. Received ' + range);
    }
    // Numbers of 48 bits beyond the last multiple of the range are not used.
    const limit = 2 ** 48 - (2 ** 48 % range);
    for (;;) {
      const view = new DataView(native.random(6));
      const number = view.getUint16(0) * 2 ** 32 + view.getUint32(2);
      if (number >= limit) continue;
      const result = min + (number % range);
      return done === undefined ? result : later(callback(done), undefined, result);
    }
  };
  const timingSafeEqual = (a, b) => {
    const [x, y] = [bytesOf(a, undefined, "buf1", true), bytesOf(b, undefined, "buf2", true)];
    if (x.byteLength !== y.byteLength) {
      throw error(RangeError, "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
    }
    return native.equals(x, y);
  };

  // Keys from secrets.

  const asynchronous = (run) => (...args) => {
    const done = callback(args.pop());
    let result;
    // Wrong arguments are thrown at once; everything else is quick enough to be done now.
    result = run(...args);
    later(done, null, result);
  };
  const pbkdf2Sync = (password, salt, iterations, length, digest) => {
    const [secret, salted] = [bytesOf(password, undefined, "password"), bytesOf(salt, undefined, "salt")];
    checkInteger(iterations, "iterations", 1, 2 ** 31 - 1);
    checkInteger(length, "keylen", 0, 2 ** 31 - 1);
    const work = native.pbkdf2(checkDigest(digest), secret, salted, iterations, length);
    // A loop of JavaScript, so that limits apply to it.
    for (let bytes; ; ) if ((bytes = native.pbkdf2Step(work)) !== undefined) return output(bytes);
  };
  const scryptSync = (password, salt, length, options = {}) => {
    const [secret, salted] = [bytesOf(password, undefined, "password"), bytesOf(salt, undefined, "salt")];
    checkInteger(length, "keylen", 0, 2 ** 31 - 1);
    const n = options.N ?? options.cost ?? 16384, r = options.r ?? options.blockSize ?? 8;
    const p = options.p ?? options.parallelization ?? 1, memory = options.maxmem ?? 32 << 20;
    if (128 * n * r > memory) {
      throw error(RangeError, "ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params: memory limit exceeded");
    }
    try {
      return output(native.scrypt(secret, salted, n, r, p, length));
    } catch (cause) {
      throw error(RangeError, "ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params", cause);
    }
  };
  const hkdfSync = (digest, key, salt, info, length) => {
    const size = native.digestSize(checkDigest(digest));
    const [secret, salted, about] = [secretOf(key), bytesOf(salt, undefined, "salt"), bytesOf(info, undefined, "info")];
    checkInteger(length, "length", 0, 2 ** 31 - 1);
    if (length > 255 * size) throw error(RangeError, "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length");
    return native.hkdf(digest, secret, salted, about, length);
  };

  // Ciphers.

  const cipherInfo = (name) => {
    const text = String(name).toLowerCase();
    if (text === "chacha20-poly1305") return { name: text, mode: "chacha", keyLength: 32, ivLength: 12, hasTag: true };
    const found = /^(?:id-)?aes-?(128|192|256)-(cbc|ctr|gcm)$/.exec(text);
    if (found === null) return undefined;
    const [, bits, mode] = found;
    return {
      name: "aes-" + bits + "-" + mode, mode, keyLength: bits / 8, ivLength: mode === "gcm" ? 12 : 16,
      blockSize: mode === "cbc" ? 16 : undefined, hasTag: mode === "gcm",
    };
  };
  const tagError = () => error(Error, "ERR_CRYPTO_INVALID_AUTH_TAG", "Unsupported state or unable to authenticate data");
  const stateError = (name) => error(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state for operation " + name);

  class Cipher {
    #info;
    #encrypts;
    #key;
    #iv;
    #additional = new Uint8Array(0);
    #state;
    #rest = new Uint8Array(0);
    #padding = true;
    #tag;
    #tagLength;
    #isDone = false;
    #decoder;
    constructor(encrypts, name, key, iv, options) {
      if (typeof name !== "string") throw typeError("cipher", "of type string", name);
      const info = cipherInfo(name);
      if (info === undefined) throw error(Error, "ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
      const secret = secretOf(key);
      if (secret.byteLength !== info.keyLength) throw error(RangeError, "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length");
      if (iv === null) throw error(TypeError, "ERR_CRYPTO_INVALID_IV", "Invalid initialization vector");
      const start = bytesOf(iv, undefined, "iv");
      if (info.mode === "gcm" ? start.byteLength === 0 : start.byteLength !== info.ivLength) {
        throw error(TypeError, "ERR_CRYPTO_INVALID_IV", "Invalid initialization vector");
      }
      this.#info = info;
      this.#encrypts = encrypts;
      this.#key = secret.slice();
      this.#iv = start.slice();
      this.#tagLength = options?.authTagLength ?? 16;
    }
    // Made when data comes, since what is authenticated comes before.
    #begin() {
      return (this.#state ??= native.cipher(this.#info.mode, this.#encrypts, this.#key, this.#iv, this.#additional));
    }
    setAAD(data) {
      if (this.#state !== undefined) throw stateError("setAAD");
      this.#additional = bytesOf(data, undefined, "buffer").slice();
      return this;
    }
    setAutoPadding(padding = true) {
      if (this.#isDone) throw stateError("setAutoPadding");
      this.#padding = !!padding;
      return this;
    }
    getAuthTag() {
      if (!this.#info.hasTag || !this.#encrypts || this.#tag === undefined) throw stateError("getAuthTag");
      return output(this.#tag.slice(0, this.#tagLength));
    }
    setAuthTag(tag, encoding) {
      if (!this.#info.hasTag || this.#encrypts || this.#isDone) throw stateError("setAuthTag");
      const bytes = bytesOf(tag, encoding, "buffer").slice();
      const length = bytes.byteLength;
      if (length !== 4 && length !== 8 && (length < 12 || length > 16)) {
        throw error(TypeError, "ERR_CRYPTO_INVALID_AUTH_TAG", "Invalid authentication tag length: " + length);
      }
      this.#tag = bytes;
      return this;
    }
    update(data, inputEncoding, outputEncoding) {
      if (this.#isDone) throw stateError("update");
      const result = this.#update(bytesOf(data, inputEncoding, "data"));
      return this.#give(result, outputEncoding, false);
    }
    #update(data) {
      const state = this.#begin();
      if (this.#info.blockSize === undefined) return new Uint8Array(native.cipherUpdate(state, data));
      const all = new Uint8Array(this.#rest.length + data.length);
      all.set(this.#rest);
      all.set(data, this.#rest.length);
      let whole = all.length - (all.length % 16);
      // The last block may be padding.
      if (!this.#encrypts && this.#padding && whole === all.length && whole > 0) whole -= 16;
      this.#rest = all.slice(whole);
      return new Uint8Array(native.cipherUpdate(state, all.subarray(0, whole)));
    }
    final(outputEncoding) {
      if (this.#isDone) throw stateError("final");
      this.#isDone = true;
      return this.#give(this.#final(), outputEncoding, true);
    }
    #final() {
      const state = this.#begin();
      if (this.#info.hasTag) {
        const tag = new Uint8Array(native.cipherTag(state));
        if (this.#encrypts) this.#tag = tag;
        else if (this.#tag === undefined || !native.equals(tag.subarray(0, this.#tag.length), this.#tag)) throw tagError();
        return new Uint8Array(0);
      }
      if (this.#info.blockSize === undefined) return new Uint8Array(0);
      const rest = this.#rest;
      if (!this.#padding) {
        if (rest.length !== 0) throw error(Error, "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH", "error:1C80006B:Provider routines::wrong final block length");
        return rest;
      }
      if (this.#encrypts) {
        const block = new Uint8Array(16).fill(16 - rest.length);
        block.set(rest);
        return new Uint8Array(native.cipherUpdate(state, block));
      }
      if (rest.length !== 16) throw error(Error, "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH", "error:1C80006B:Provider routines::wrong final block length");
      const block = new Uint8Array(native.cipherUpdate(state, rest));
      const count = block[15];
      let isWrong = count === 0 || count > 16;
      for (let i = 16 - count; i < 16 && !isWrong; i++) isWrong = block[i] !== count;
      if (isWrong) throw error(Error, "ERR_OSSL_BAD_DECRYPT", "error:1C800064:Provider routines::bad decrypt");
      return block.slice(0, 16 - count);
    }
    // Text may be cut between characters, so a decoder keeps what is left of one.
    #give(bytes, encoding, isLast) {
      if (encoding === undefined || encoding === "buffer") return output(bytes);
      this.#decoder ??= decoder(encoding);
      return this.#decoder(bytes, isLast);
    }
    write(data, encoding) { return this.update(data, encoding); }
  }
  class Cipheriv extends Cipher {
    constructor(name, key, iv, options) { super(true, name, key, iv, options); }
  }
  class Decipheriv extends Cipher {
    constructor(name, key, iv, options) { super(false, name, key, iv, options); }
  }
  const getCipherInfo = (name, options) => {
    const info = cipherInfo(name);
    if (info === undefined) return undefined;
    const { mode, name: known, keyLength, ivLength, blockSize } = info;
    if (options?.keyLength !== undefined && options.keyLength !== keyLength) return undefined;
    const result = { mode: mode === "chacha" ? "stream" : mode, name: known, ivLength, keyLength };
    if (blockSize !== undefined) result.blockSize = blockSize;
    return result;
  };
  const ciphers = ["chacha20-poly1305"];
  for (const bits of [128, 192, 256]) for (const mode of ["cbc", "ctr", "gcm"]) ciphers.push("aes-" + bits + "-" + mode);

  const exports = {
    Hash, Hmac, Cipheriv, Decipheriv, KeyObject,
    createHash, createHmac, hash, randomBytes, pseudoRandomBytes: randomBytes, randomFill, randomFillSync, randomInt,
    randomUUID: () => webcrypto.randomUUID(),
    timingSafeEqual, pbkdf2Sync, pbkdf2: asynchronous(pbkdf2Sync), scryptSync,
    scrypt: (password, salt, length, options, done) => {
      if (typeof options === "function") [options, done] = [undefined, options];
      asynchronous(scryptSync)(password, salt, length, options, done);
    },
    hkdfSync, hkdf: asynchronous(hkdfSync),
    createCipheriv: (name, key, iv, options) => new Cipheriv(name, key, iv, options),
    createDecipheriv: (name, key, iv, options) => new Decipheriv(name, key, iv, options),
    getCipherInfo,
    getHashes: () => ["RSA-SHA1", "RSA-SHA224", "RSA-SHA256", "RSA-SHA384", "RSA-SHA512", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256"],
    getCiphers: () => ciphers.slice(),
    getRandomValues: (array) => webcrypto.getRandomValues(array),
    webcrypto,
    get subtle() { return webcrypto.subtle; },
    ...keys.exports,
  };
  exports.default = exports;
  return (node) => {
    support.use(node);
    return exports;
  };
};
