// `node:crypto`, with results that are always the same. Node.js prints the same.
import crypto, * as named from "node:crypto";

const hex = (bytes) => Array.from(new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength), (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const refused = (run) => {
  try {
    console.log("not refused", run());
  } catch (error) {
    console.log(error.name, error.code);
  }
};

console.log(typeof named.createHash, crypto.createHash === named.createHash);
for (const name of ["md5", "sha1", "sha224", "SHA256", "sha384", "sha512", "sha512-256", "RSA-SHA256"]) {
  console.log(name, crypto.createHash(name).update("a").update(bytes("62")).update("Yw==", "base64").digest("hex"));
}
const begun = crypto.createHash("sha256").update("a");
console.log(begun.copy().update("b").digest("base64"), begun.digest("base64url"), crypto.hash("sha1", "text"));
refused(() => begun.update("c"));
refused(() => crypto.createHash("none"));
refused(() => crypto.createHash("sha1").update(1));
console.log(crypto.createHmac("sha256", "key").update("The quick brown fox jumps over the lazy dog").digest("hex"));
console.log(crypto.createHmac("sha512", crypto.createSecretKey("6b6579", "hex")).update("x").digest("base64"));

console.log(crypto.randomBytes(9).length, crypto.randomUUID().length, crypto.randomFillSync(new Uint8Array(4)).length);
const numbers = Array.from({ length: 300 }, () => crypto.randomInt(3, 7));
console.log([...new Set(numbers)].sort().join(), crypto.randomInt(1));
refused(() => crypto.randomInt(5, 5));
console.log(crypto.timingSafeEqual(bytes("0102"), bytes("0102")), crypto.timingSafeEqual(bytes("0102"), bytes("0103")));
refused(() => crypto.timingSafeEqual(bytes("01"), bytes("0102")));
refused(() => crypto.timingSafeEqual("a", "a"));

console.log(hex(crypto.pbkdf2Sync("password", "salt", 4096, 20, "sha1")));
console.log(hex(crypto.scryptSync("password", "NaCl", 64, { N: 1024, r: 8, p: 16 })));
console.log(hex(crypto.hkdfSync("sha256", bytes("0b".repeat(22)), bytes("000102030405060708090a0b0c"), bytes("f0f1f2f3f4f5f6f7f8f9"), 42)));
refused(() => crypto.pbkdf2Sync("password", "salt", 0, 20, "sha1"));
refused(() => crypto.pbkdf2Sync("password", "salt", 1, 20, "none"));
refused(() => crypto.scryptSync("password", "salt", 64, { N: 1000 }));
refused(() => crypto.hkdfSync("sha256", "a", "b", "c", 255 * 32 + 1));
await new Promise((done) => crypto.pbkdf2("a", "b", 1, 8, "sha256", (error, key) => done(console.log(error, hex(key)))));
await new Promise((done) => crypto.scrypt("a", "b", 8, (error, key) => done(console.log(error, hex(key)))));

const key = bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"), iv = bytes("00112233445566778899aabbccddeeff");
for (const [name, size] of [["aes-128-cbc", 16], ["aes-256-cbc", 32], ["aes-192-ctr", 24], ["AES-256-CTR", 32]]) {
  const cipher = crypto.createCipheriv(name, key.subarray(0, size), iv);
  const secret = cipher.update("a text of some length that ", "utf8", "hex") + cipher.update("is cut — anywhere", "utf8", "hex") + cipher.final("hex");
  const decipher = crypto.createDecipheriv(name, key.subarray(0, size), iv);
  let text = "";
  for (let at = 0; at < secret.length; at += 14) text += decipher.update(secret.slice(at, at + 14), "hex", "utf8");
  console.log(name, secret, text + decipher.final("utf8"));
}
for (const [name, size] of [["aes-128-gcm", 16], ["aes-256-gcm", 32], ["chacha20-poly1305", 32]]) {
  const options = { authTagLength: 16 };
  const cipher = crypto.createCipheriv(name, key.subarray(0, size), iv.subarray(0, 12), options).setAAD(bytes("aabb"));
  const secret = cipher.update("some ", "utf8", "hex") + cipher.update("text", "utf8", "hex") + cipher.final("hex");
  const tag = cipher.getAuthTag();
  console.log(name, secret, hex(tag));
  const decipher = crypto.createDecipheriv(name, key.subarray(0, size), iv.subarray(0, 12), options).setAAD(bytes("aabb")).setAuthTag(tag);
  console.log(decipher.update(secret, "hex", "utf8") + decipher.final("utf8"));
  const wrong = crypto.createDecipheriv(name, key.subarray(0, size), iv.subarray(0, 12), options).setAAD(bytes("aabc")).setAuthTag(tag);
  wrong.update(secret, "hex");
  try { wrong.final(); } catch (error) { console.log(error.message); }
}
{
  const cipher = crypto.createCipheriv("aes-128-cbc", key.subarray(0, 16), iv).setAutoPadding(false);
  cipher.update("short");
  refused(() => cipher.final());
  const decipher = crypto.createDecipheriv("aes-128-cbc", key.subarray(0, 16), iv);
  decipher.update(bytes("00".repeat(16)));
  refused(() => decipher.final());
  refused(() => crypto.createCipheriv("aes-128-cbc", key, iv));
  refused(() => crypto.createCipheriv("aes-128-cbc", key.subarray(0, 16), key));
  refused(() => crypto.createCipheriv("rot13", key, iv));
}

// Keys in all forms, and back.
const pem = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFXZ7HWk05Qw9s26JsS
e4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYo
vGTy8bIMLX6fUXejwpTURiKZ
-----END PRIVATE KEY-----
`;
const ec = crypto.createPrivateKey(pem);
console.log(ec.type, ec.asymmetricKeyType, ec.asymmetricKeyDetails.namedCurve, JSON.stringify(ec.export({ format: "jwk" })));
console.log(ec.export({ type: "sec1", format: "pem" }), crypto.createPublicKey(ec).export({ type: "spki", format: "pem" }));
console.log(crypto.createPrivateKey({ key: ec.export({ type: "pkcs8", format: "der" }), format: "der", type: "pkcs8" }).equals(ec));
for (const [type, options] of [
  ["rsa", { modulusLength: 1024 }], ["ec", { namedCurve: "P-384" }], ["ec", { namedCurve: "secp521r1" }],
  ["ec", { namedCurve: "secp256k1" }], ["ed25519"], ["ed448"],
]) {
  const { publicKey, privateKey } = crypto.generateKeyPairSync(type, options);
  const digest = type.startsWith("ed") ? null : "sha256";
  const signature = crypto.sign(digest, bytes("616263"), privateKey);
  console.log(type, publicKey.type, crypto.verify(digest, bytes("616263"), publicKey, signature), crypto.verify(digest, bytes("616264"), publicKey, signature));
  const again = crypto.createPublicKey(publicKey.export({ type: "spki", format: "pem" }));
  console.log(again.equals(publicKey), crypto.createPublicKey({ key: privateKey.export({ format: "jwk" }), format: "jwk" }).equals(again), crypto.createPublicKey(privateKey.export({ type: "pkcs8", format: "pem" })).equals(again));
  if (digest !== null) {
    const signer = crypto.createSign("SHA256").update("abc").sign(privateKey, "base64");
    console.log(crypto.createVerify("RSA-SHA256").update("ab").update("c").verify(publicKey, signer, "base64"));
  }
  if (type === "ec") {
    const raw = crypto.sign("sha256", bytes("616263"), { key: privateKey, dsaEncoding: "ieee-p1363" });
    console.log(raw.length, crypto.verify("sha256", bytes("616263"), { key: publicKey, dsaEncoding: "ieee-p1363" }, raw));
  }
  if (type === "rsa") {
    const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING };
    const signed = crypto.sign("sha256", bytes("616263"), { key: privateKey, ...pss });
    console.log(crypto.verify("sha256", bytes("616263"), { key: publicKey, ...pss }, signed), crypto.verify("sha256", bytes("616263"), publicKey, signed));
    console.log(hex(crypto.privateDecrypt({ key: privateKey, oaepHash: "sha256" }, crypto.publicEncrypt({ key: publicKey, oaepHash: "sha256" }, bytes("0a0b")))));
    const { publicKey: text } = crypto.generateKeyPairSync("rsa", { modulusLength: 1024, publicKeyEncoding: { type: "pkcs1", format: "pem" }, privateKeyEncoding: { type: "pkcs1", format: "pem" } });
    console.log(text.split("\n")[0], crypto.createPublicKey(text).asymmetricKeyDetails.publicExponent);
  }
}
for (const [type, options] of [["x25519"], ["x448"], ["ec", { namedCurve: "prime256v1" }]]) {
  const [a, b] = [crypto.generateKeyPairSync(type, options), crypto.generateKeyPairSync(type, options)];
  const one = crypto.diffieHellman({ privateKey: a.privateKey, publicKey: b.publicKey });
  console.log(type, one.length, hex(one) === hex(crypto.diffieHellman({ privateKey: b.privateKey, publicKey: a.publicKey })));
}
for (const curve of ["secp256k1", "prime256v1"]) {
  const [a, b] = [crypto.createECDH(curve), crypto.createECDH(curve)];
  a.setPrivateKey(bytes("11".repeat(32)));
  b.generateKeys();
  console.log(curve, a.getPublicKey("hex", "compressed"), a.computeSecret(b.getPublicKey(), null, "hex") === b.computeSecret(a.getPublicKey("hex"), "hex", "hex"));
}
refused(() => crypto.createPrivateKey("no key"));
refused(() => crypto.createPublicKey({ key: { kty: "EC", crv: "P-256", x: "AA", y: "AA" }, format: "jwk" }));
refused(() => crypto.createECDH("none"));
refused(() => crypto.generateKeyPairSync("none"));

// Both kinds of keys are one.
const { subtle } = crypto.webcrypto;
const cryptoKey = await subtle.importKey("raw", key, "AES-GCM", true, ["encrypt"]);
console.log(crypto.KeyObject.from(cryptoKey).symmetricKeySize, structuredClone(cryptoKey).algorithm.name);
const pair = await subtle.generateKey("Ed25519", true, ["sign", "verify"]);
console.log(crypto.verify(null, bytes("01"), crypto.KeyObject.from(pair.publicKey), new Uint8Array(await subtle.sign("Ed25519", pair.privateKey, bytes("01")))));
