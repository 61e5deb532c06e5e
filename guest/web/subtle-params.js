// The parameters of `crypto.subtle`: which algorithms there are, and how Web IDL converts what scripts pass.
(native, need) => {
  const { list, iterator } = need("idl");
  const { exception, text } = native;

  const fail = (name, message) => { throw exception(message, name); };

  // Conversions of Web IDL.

  const integer = (max, what) => (value) => {
    value = +value;
    if (!(value === value) || value === Infinity || value === -Infinity) {
      throw new TypeError(what + " is not a finite number");
    }
    value = native.truncate(value);
    if (value < 0 || value > max) throw new TypeError(what + " is not 0 to " + max);
    return value;
  };
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  const source = (what) => (value) => {
    if (!native.isBytes(value)) throw new TypeError(what + " is neither an ArrayBuffer nor a view of one");
    return native.copy(value);
  };
  const conversions = {
    __proto__: null,
    octet: integer(0xff, "The number"),
    short: integer(0xffff, "The length"),
    long: integer(0xffffffff, "The number"),
    bytes: source("The parameter"),
    integer: (value) => {
      if (!native.isUint8Array(value)) throw new TypeError("The public exponent is not a Uint8Array");
      return native.bytes(value);
    },
    text,
    hash: (value) => ({ __proto__: null, name: normalize(value, "digest").name }),
    key: (value) => {
      if (!need("subtle-keys").isKey(value)) throw new TypeError("The public key is not a CryptoKey");
      return value;
    },
  };

  // The dictionaries: members in the order of Web IDL, with their types; `!` means required.
  const none = [];
  const length = [["length", "short", true]];
  const hash = [["hash", "hash", true]];
  const curve = [["namedCurve", "text", true]];
  const iv = [["iv", "bytes", true]];
  const counter = [["counter", "bytes", true], ["length", "octet", true]];
  const gcm = [["additionalData", "bytes"], ["iv", "bytes", true], ["tagLength", "octet"]];
  const label = [["label", "bytes"]];
  const pss = [["saltLength", "long", true]];
  const modulus = [["modulusLength", "long", true], ["publicExponent", "integer", true], ["hash", "hash", true]];
  const hmac = [["hash", "hash", true], ["length", "long"]];
  const other = [["public", "key", true]];
  const hkdf = [["hash", "hash", true], ["info", "bytes", true], ["salt", "bytes", true]];
  const pbkdf2 = [["hash", "hash", true], ["iterations", "long", true], ["salt", "bytes", true]];

  const aes = (parameters) => ({
    __proto__: null, encrypt: parameters, decrypt: parameters, generateKey: length, importKey: none, getLength: length,
  });
  const signature = (generate, imported, sign) => ({
    __proto__: null, sign, verify: sign, generateKey: generate, importKey: imported,
  });
  const digest = { __proto__: null, digest: none };
  const agreement = (generate, imported) => ({
    __proto__: null, deriveBits: other, generateKey: generate, importKey: imported,
  });
  const derivation = (parameters) => ({ __proto__: null, deriveBits: parameters, importKey: none, getLength: none });
  const algorithms = {
    __proto__: null,
    "RSASSA-PKCS1-v1_5": signature(modulus, hash, none),
    "RSA-PSS": signature(modulus, hash, pss),
    "RSA-OAEP": { __proto__: null, encrypt: label, decrypt: label, generateKey: modulus, importKey: hash },
    ECDSA: signature(curve, curve, hash),
    ECDH: agreement(curve, curve),
    Ed25519: signature(none, none, none),
    X25519: agreement(none, none),
    Ed448: signature(none, none, [["context", "bytes"]]),
    X448: agreement(none, none),
    "AES-CTR": aes(counter),
    "AES-CBC": aes(iv),
    "AES-GCM": aes(gcm),
    "AES-KW": {
      __proto__: null, wrapKey: none, unwrapKey: none, generateKey: length, importKey: none, getLength: length,
    },
    HMAC: { __proto__: null, sign: none, verify: none, generateKey: hmac, importKey: hmac, getLength: hmac },
    "SHA-1": digest,
    "SHA-256": digest,
    "SHA-384": digest,
    "SHA-512": digest,
    HKDF: derivation(hkdf),
    PBKDF2: derivation(pbkdf2),
  };
  // By their names in upper case.
  const canonical = { __proto__: null };
  for (const name in algorithms) canonical[native.upper(name)] = name;

  // "Normalize an algorithm": the name as it is written, and the parameters that the operation has. Returns
  // nothing for an algorithm without this operation if `isOptional`.
  const normalize = (algorithm, operation, isOptional = false) => {
    let given = algorithm;
    if (isObject(algorithm)) {
      given = algorithm.name;
      if (given === undefined) throw new TypeError("The algorithm has no name");
    }
    const name = canonical[native.upper(text(given))];
    const members = name === undefined ? undefined : algorithms[name][operation];
    if (members === undefined) {
      if (isOptional) return undefined;
      fail("NotSupportedError", "Unrecognized algorithm name");
    }
    const converted = { __proto__: null, name };
    for (let i = 0; i < members.length; i++) {
      const { 0: member, 1: type, 2: isRequired } = members[i];
      const value = isObject(algorithm) ? algorithm[member] : undefined;
      if (value !== undefined) converted[member] = conversions[type](value);
      else if (isRequired) throw new TypeError("The algorithm " + name + " needs the parameter " + member);
    }
    return converted;
  };

  // Uses of keys, as bits.
  const uses = {
    __proto__: null,
    encrypt: 1, decrypt: 2, sign: 4, verify: 8, deriveKey: 16, deriveBits: 32, wrapKey: 64, unwrapKey: 128,
  };
  const strings = (value, what) => {
    const method = isObject(value) ? value[iterator] : undefined;
    if (typeof method !== "function") throw new TypeError(what + " are not iterable");
    return list(value, method);
  };
  const usesOf = (value) => {
    let mask = 0;
    const given = strings(value, "The usages");
    for (let i = 0; i < given.length; i++) {
      const name = text(given[i]);
      if (uses[name] === undefined) throw new TypeError("'" + name + "' is not a usage of a key");
      mask |= uses[name];
    }
    return mask;
  };
  const namesOf = (mask) => {
    const names = { __proto__: null, length: 0 };
    for (const name in uses) if (mask & uses[name]) names[names.length++] = name;
    return native.array(names);
  };

  const format = (value) => {
    value = text(value);
    if (value === "raw" || value === "pkcs8" || value === "spki" || value === "jwk") return value;
    throw new TypeError("'" + value + "' is not a format of keys: there are raw, pkcs8, spki and jwk");
  };

  // The dictionary `JsonWebKey`.
  const jwk = (value) => {
    if (!isObject(value) && value !== undefined && value !== null) throw new TypeError("The key is not an object");
    const result = { __proto__: null };
    const members = ["alg", "crv", "d", "dp", "dq", "e", "ext", "k", "key_ops", "kty", "n", "oth", "p", "q", "qi", "use", "x", "y"];
    for (let i = 0; i < members.length; i++) {
      const member = members[i], given = value?.[member];
      if (given === undefined) continue;
      if (member === "ext") {
        result.ext = !!given;
      } else if (member === "key_ops") {
        const names = strings(given, "The key_ops");
        for (let at = 0; at < names.length; at++) names[at] = text(names[at]);
        result.key_ops = names;
      } else {
        result[member] = member === "oth" ? given : text(given);
      }
    }
    return result;
  };

  return { fail, isObject, integer, source, normalize, uses, usesOf, namesOf, format, jwk };
};
