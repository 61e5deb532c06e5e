// What algorithms with key pairs have in common, and those of Edwards and Montgomery curves.
(native, need) => {
  const { fail, uses } = need("subtle-params");
  const { key, peek, onlyUses, invalid, bytes, checkJwk, writeJwk } = need("subtle-keys");
  const access = (message) => fail("InvalidAccessError", message);

  // A pair of keys. `create` returns the handles of both.
  const pair = (algorithm, extractable, publicUses, privateUses, create) => {
    if (privateUses === 0) fail("SyntaxError", "Usages cannot be empty when creating a key");
    const { 0: open, 1: closed } = create();
    return {
      publicKey: key("public", algorithm, true, publicUses, open),
      privateKey: key("private", algorithm, extractable, privateUses, closed),
    };
  };

  // The operation `deriveBits` with a shared secret.
  const agreement = (agree) => (parameters, key, length) => {
    const other = peek(parameters.public);
    if (key.type !== "private") access("The key is not a private key");
    if (other.type !== "public") access("The other key is not a public key");
    if (other.algorithm.name !== key.algorithm.name) access("The keys are of different algorithms");
    if (other.algorithm.namedCurve !== key.algorithm.namedCurve) access("The keys are of different curves");
    const secret = agree(key, other);
    if (length === null) return secret;
    if (8 * native.size(secret) < length) fail("OperationError", "The secret is shorter than that");
    return native.firstBits(secret, length);
  };

  // Keys of RFC 8037.
  const okp = (native, name, privateUses, publicUses, use, operations) => ({
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
        if (use === "sig" && data.alg !== undefined && data.alg !== name && data.alg !== "EdDSA") {
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
  // A curve for signatures, and one for secrets, with the helpers of their part.
  const signatures = (native, name) => okp(native, name, uses.sign, uses.verify, "sig", {
    sign({ context }, key, data) {
      if (key.type !== "private") access("The key is not a private key");
      if (context !== undefined && native.size(context) > 0) fail("OperationError", "A context is not supported");
      return native.sign(key.handle, data);
    },
    verify({ context }, key, signature, data) {
      if (key.type !== "public") access("The key is not a public key");
      if (context !== undefined && native.size(context) > 0) fail("OperationError", "A context is not supported");
      return native.verify(key.handle, signature, data);
    },
  });
  const secrets = (native, name) => okp(native, name, uses.deriveKey | uses.deriveBits, 0, "enc", {
    deriveBits: agreement((key, other) => native.agree(key.handle, other.handle)),
  });

  return { agreement, pair, signatures, secrets };
};
