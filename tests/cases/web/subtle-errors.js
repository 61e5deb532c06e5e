// Which errors there are, and in which order. Node.js 24 prints the same, but for three lines, where the specification
// says what is here: "usage before length", "bytes for a JWK" and "export of a private key as spki".
const { subtle } = crypto;
const bytes = (...values) => new Uint8Array(values);
const cases = async (list) => {
  for (const [what, run] of Object.entries(list)) {
    try {
      await run();
      console.log(what, "nothing was thrown");
    } catch (error) {
      console.log(what, error.name, error instanceof DOMException);
    }
  }
};

(async () => {
  const aes = await subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt", "decrypt"]);
  const encrypts = await subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["encrypt", "wrapKey"]);
  const ec = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const other = await subtle.generateKey({ name: "ECDH", namedCurve: "P-384" }, true, ["deriveBits"]);
  const rsa = await subtle.importKey("jwk", { kty: "RSA", e: "AQAB", n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw" }, { name: "RSA-OAEP", hash: "SHA-256" }, true, ["encrypt"]);
  const iv = new Uint8Array(12), data = new Uint8Array(20);
  const gcm = { name: "AES-GCM", iv };
  await cases({
    "too few arguments": () => subtle.encrypt(gcm, aes),
    "no key": () => subtle.encrypt(gcm, {}, data),
    "no bytes": () => subtle.encrypt(gcm, aes, "text"),
    "no name": () => subtle.encrypt({}, aes, data),
    "unknown name": () => subtle.encrypt("AES", aes, data),
    "no iv": () => subtle.encrypt("AES-GCM", aes, data),
    "another algorithm": () => subtle.encrypt({ name: "AES-CBC", iv: new Uint8Array(16) }, aes, data),
    "length of the tag": () => subtle.encrypt({ ...gcm, tagLength: 100 }, aes, data),
    "length of the tag as octet": () => subtle.encrypt({ ...gcm, tagLength: 256 }, aes, data),
    "wrong tag": () => subtle.decrypt(gcm, aes, data),
    "shorter than a tag": () => subtle.decrypt(gcm, aes, bytes(1)),
    "length of the iv": () => subtle.encrypt({ name: "AES-CBC", iv }, encrypts, data),
    "usage of the key": () => subtle.decrypt({ name: "AES-CBC", iv: new Uint8Array(16) }, encrypts, data),
    "not extractable": () => subtle.exportKey("raw", aes),
    "message too long": () => subtle.encrypt("RSA-OAEP", rsa, new Uint8Array(300)),
    "usage of a public key": () => subtle.decrypt("RSA-OAEP", rsa, data),

    "length of AES": () => subtle.generateKey({ name: "AES-GCM", length: 100 }, true, ["encrypt"]),
    "usage before length": () => subtle.generateKey({ name: "AES-GCM", length: 100 }, true, ["sign"]),
    "no usage": () => subtle.generateKey({ name: "AES-GCM", length: 128 }, true, []),
    "unknown usage": () => subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["use"]),
    "unknown curve": () => subtle.generateKey({ name: "ECDSA", namedCurve: "P-1" }, true, ["sign"]),
    "exponent": () => subtle.generateKey({ name: "RSA-PSS", hash: "SHA-1", modulusLength: 2048, publicExponent: bytes(2) }, true, ["sign"]),
    "exponent as array": () => subtle.generateKey({ name: "RSA-PSS", hash: "SHA-1", modulusLength: 2048, publicExponent: [1] }, true, ["sign"]),
    "hash": () => subtle.generateKey({ name: "HMAC", hash: "MD5" }, true, ["sign"]),
    "length of HMAC": () => subtle.generateKey({ name: "HMAC", hash: "SHA-1", length: 0 }, true, ["sign"]),

    "format": () => subtle.importKey("der", data, "AES-GCM", true, ["encrypt"]),
    "length of a key": () => subtle.importKey("raw", data, "AES-GCM", true, ["encrypt"]),
    "bytes for a JWK": () => subtle.importKey("jwk", data, "AES-GCM", true, ["encrypt"]),
    "a JWK for bytes": () => subtle.importKey("raw", {}, "AES-GCM", true, ["encrypt"]),
    "kty": () => subtle.importKey("jwk", { kty: "RSA", k: "AA" }, "AES-GCM", true, ["encrypt"]),
    "no k": () => subtle.importKey("jwk", { kty: "oct" }, "AES-GCM", true, ["encrypt"]),
    "alg": () => subtle.importKey("jwk", { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA", alg: "A256GCM" }, "AES-GCM", true, ["encrypt"]),
    "ext": () => subtle.importKey("jwk", { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA", ext: false }, "AES-GCM", true, ["encrypt"]),
    "key_ops": () => subtle.importKey("jwk", { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA", key_ops: ["decrypt"] }, "AES-GCM", true, ["encrypt"]),
    "use": () => subtle.importKey("jwk", { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA", use: "sig" }, "AES-GCM", true, ["encrypt"]),
    "point that is none": () => subtle.importKey("raw", new Uint8Array(65).fill(4), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]),
    "point of another curve": () => subtle.exportKey("raw", other.publicKey).then((raw) => subtle.importKey("raw", raw, { name: "ECDH", namedCurve: "P-256" }, true, [])),
    "spki of another curve": () => subtle.exportKey("spki", other.publicKey).then((spki) => subtle.importKey("spki", spki, { name: "ECDH", namedCurve: "P-256" }, true, [])),
    "spki of another algorithm": () => subtle.exportKey("spki", rsa).then((spki) => subtle.importKey("spki", spki, "Ed25519", true, ["verify"])),
    "no DER": () => subtle.importKey("pkcs8", data, { name: "RSA-PSS", hash: "SHA-1" }, true, ["sign"]),
    "DER that is cut": () => subtle.exportKey("spki", rsa).then((spki) => subtle.importKey("spki", spki.slice(0, 200), { name: "RSA-PSS", hash: "SHA-1" }, true, ["verify"])),
    "extractable password": () => subtle.importKey("raw", data, "PBKDF2", true, ["deriveBits"]),

    "two curves": () => subtle.deriveBits({ name: "ECDH", public: other.publicKey }, ec.privateKey, 256),
    "private for public": () => subtle.deriveBits({ name: "ECDH", public: ec.privateKey }, ec.privateKey, 256),
    "more than the secret": () => subtle.deriveBits({ name: "ECDH", public: ec.publicKey }, ec.privateKey, 257),
    "no public key": () => subtle.deriveBits("ECDH", ec.privateKey, 256),
    "deriveKey without the usage": () => subtle.deriveKey({ name: "ECDH", public: ec.publicKey }, ec.privateKey, { name: "AES-GCM", length: 128 }, true, ["encrypt"]),
    "wrapping of what is not extractable": () => subtle.wrapKey("raw", aes, encrypts, { name: "AES-CBC", iv: new Uint8Array(16) }),
    "export of a private key as spki": () => subtle.exportKey("spki", ec.privateKey),
    "new CryptoKey": () => new CryptoKey(),
  });

  // Keys as objects.
  console.log(String(aes), aes.type, aes.extractable, aes.usages.join(), JSON.stringify(aes.algorithm), aes.usages === aes.usages);
  const copy = structuredClone({ key: aes }).key;
  console.log(copy instanceof CryptoKey, copy !== aes, (await subtle.decrypt(gcm, copy, await subtle.encrypt(gcm, aes, data))).byteLength);
  console.log(ec.publicKey.extractable, ec.publicKey.usages.length, Object.keys(ec).join());
  console.log(typeof CryptoKey, Object.keys(CryptoKey.prototype).join());
})();
