// Ed25519 and X25519 of `crypto.subtle`.
(native, need) => {
  const { signatures, secrets } = need("subtle-agreement");
  return { __proto__: null, helpers: native, Ed25519: signatures(native, "Ed25519"), X25519: secrets(native, "X25519") };
};
