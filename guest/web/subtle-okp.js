// Ed25519 and X25519 of `crypto.subtle`.
(native, need) => {
  const { fail, uses } = need("subtle-params");
  const { key, peek, onlyUses, invalid, bytes, checkJwk, writeJwk } = need("subtle-keys");
  const { agreement, pair } = need("subtle-agreement");

  const okp = (name, privateUses, publicUses, use, operations) => ({
    __proto__: null,
    generateKey(_, extractable, given) {
      onlyUses(given, privateUses | publicUses);
      return pair({ __proto__: null, name }, extractable, given & publicUses, given & privateUses, () => {
        const handle = native.generate(name);
        return [native.publicOf(handle), handle];
      });
    },
    importKey(format, data, _, extractable, given) {
      const isPrivate = format === "pkcs8" || (format === "jwk" && data.d !== undefined);
      onlyUses(given, isPrivate ? privateUses : publicUses);
      let handle;
      if (format === "jwk") {
        checkJwk(data, { kty: "OKP", use, given, extractable });
        if (data.crv !== name) invalid("The member crv of the JSON Web Key is not " + name);
        if (name === "Ed25519" && data.alg !== undefined && data.alg !== name && data.alg !== "EdDSA") {
          invalid("The member alg of the JSON Web Key is not " + name);
        }
        const x = native.read("raw", name, bytes(data, "x"));
        handle = isPrivate ? native.read("private", name, bytes(data, "d")) : x;
        if (isPrivate && !native.equals(native.write("raw", native.publicOf(handle)), native.write("raw", x))) {
          invalid("The public key is not that of the private key");
        }
      } else {
        handle = native.read(format, name, data);
      }
      return key(isPrivate ? "private" : "public", { __proto__: null, name }, extractable, given, handle);
    },
    exportKey(format, key) {
      const isPrivate = key.type === "private";
      if (format === "jwk") {
        const point = isPrivate ? native.publicOf(key.handle) : key.handle;
        const jwk = { kty: "OKP", crv: name, x: native.toBase64Url(native.write("raw", point)) };
        if (isPrivate) jwk.d = native.toBase64Url(native.write("private", key.handle));
        return writeJwk(key, jwk);
      }
      if ((format === "pkcs8") !== isPrivate) fail("InvalidAccessError", "A " + key.type + " key does not have this format");
      return native.write(format, key.handle);
    },
    ...operations,
  });

  return {
    __proto__: null,
    Ed25519: okp("Ed25519", uses.sign, uses.verify, "sig", {
      sign(_, key, data) {
        if (key.type !== "private") fail("InvalidAccessError", "The key is not a private key");
        return native.sign(key.handle, data);
      },
      verify(_, key, signature, data) {
        if (key.type !== "public") fail("InvalidAccessError", "The key is not a public key");
        return native.verify(key.handle, signature, data);
      },
    }),
    X25519: okp("X25519", uses.deriveKey | uses.deriveBits, 0, "enc", {
      deriveBits: agreement((key, other) => native.agree(key.handle, other.handle)),
    }),
  };
};
