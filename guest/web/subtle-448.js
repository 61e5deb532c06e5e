// Ed448 and X448 of `crypto.subtle`.
(native, need) => {
  const { signatures, secrets } = need("subtle-agreement");
  return { __proto__: null, helpers: native, Ed448: signatures(native, "Ed448"), X448: secrets(native, "X448") };
};
