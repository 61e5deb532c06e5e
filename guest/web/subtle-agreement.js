// What algorithms with key pairs have in common.
(native, need) => {
  const { fail } = need("subtle-params");
  const { key, peek } = need("subtle-keys");
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

  return { agreement, pair };
};
