// ECDSA and ECDH of `crypto.subtle`.
(native, need) => {
  const { fail, uses } = need("subtle-params");
  const { key, onlyUses, invalid, bytes, checkJwk, writeJwk } = need("subtle-keys");
  const { agreement, pair } = need("subtle-agreement");
  const access = (message) => fail("InvalidAccessError", message);

  const checkCurve = (curve) => {
    if (curve !== "P-256" && curve !== "P-384" && curve !== "P-521") {
      fail("NotSupportedError", "There are the curves P-256, P-384 and P-521");
    }
  };
  const ec = (name, privateUses, publicUses, use, operations) => ({
    __proto__: null,
    generateKey({ namedCurve }, extractable, given) {
      onlyUses(given, privateUses | publicUses);
      checkCurve(namedCurve);
      const algorithm = { __proto__: null, name, namedCurve };
      return pair(algorithm, extractable, given & publicUses, given & privateUses, () => {
        const handle = native.generate(namedCurve);
        return [native.publicOf(handle), handle];
      });
    },
    importKey(format, data, { namedCurve }, extractable, given) {
      const isPrivate = format === "pkcs8" || (format === "jwk" && data.d !== undefined);
      checkCurve(namedCurve);
      onlyUses(given, isPrivate ? privateUses : publicUses);
      let handle;
      if (format === "jwk") {
        const alg = name === "ECDSA" ? "ES" + (namedCurve === "P-521" ? "512" : native.digits(namedCurve)) : undefined;
        checkJwk(data, { kty: "EC", alg, use, given, extractable });
        if (data.crv !== namedCurve) invalid("The member crv of the JSON Web Key is not " + namedCurve);
        const point = native.fromCoordinates(namedCurve, bytes(data, "x"), bytes(data, "y"));
        handle = isPrivate ? native.read("private", namedCurve, bytes(data, "d")) : point;
        if (isPrivate && !native.same(native.publicOf(handle), point)) {
          invalid("The public key is not that of the private key");
        }
      } else {
        handle = native.read(format, namedCurve, data);
        if (native.curveOf(handle) !== namedCurve) invalid("The key is one of another curve");
      }
      const type = isPrivate ? "private" : "public";
      return key(type, { __proto__: null, name, namedCurve }, extractable, given, handle);
    },
    exportKey(format, key) {
      const isPrivate = key.type === "private";
      if (format === "jwk") {
        const point = isPrivate ? native.publicOf(key.handle) : key.handle;
        const member = (name, from) => native.toBase64Url(native.write(name, from));
        const jwk = { kty: "EC", crv: key.algorithm.namedCurve, x: member("x", point), y: member("y", point) };
        if (isPrivate) jwk.d = member("private", key.handle);
        return writeJwk(key, jwk);
      }
      if ((format === "pkcs8") !== isPrivate) access("A " + key.type + " key does not have this format");
      return native.write(format, key.handle);
    },
    ...operations,
  });

  return {
    __proto__: null,
    helpers: native,
    ECDSA: ec("ECDSA", uses.sign, uses.verify, "sig", {
      sign({ hash }, key, data) {
        if (key.type !== "private") access("The key is not a private key");
        return native.sign(key.handle, hash.name, data);
      },
      verify({ hash }, key, signature, data) {
        if (key.type !== "public") access("The key is not a public key");
        return native.verify(key.handle, hash.name, signature, data);
      },
    }),
    ECDH: ec("ECDH", uses.deriveKey | uses.deriveBits, 0, "enc", {
      deriveBits: agreement((key, other) => native.agree(key.handle, other.handle)),
    }),
  };
};
