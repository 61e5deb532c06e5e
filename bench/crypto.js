// How long the operations of `crypto.subtle` take, in milliseconds. It runs in jsvm and in Node.js:
//
//   jsvm run bench/crypto.js
//   node bench/crypto.js
const subtle = globalThis.crypto.subtle; const t = () => performance.now();
(async () => {
  const out = {}; const m = async (name, n, f) => { await f(); const a = t(); for (let i = 0; i < n; i++) await f(); out[name] = ((t() - a) / n).toFixed(3); };
  const big = new Uint8Array(64 << 20);
  await m("SHA-256 64 MiB", 1, () => subtle.digest("SHA-256", big));
  await m("SHA-512 64 MiB", 1, () => subtle.digest("SHA-512", big));
  const hm = await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const small = new Uint8Array(100);
  await m("HMAC 100 B", 300, () => subtle.sign("HMAC", hm, small));
  await m("HMAC 64 MiB", 1, () => subtle.sign("HMAC", hm, big));
  const gcm = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const some = new Uint8Array(8 << 20), iv = new Uint8Array(12);
  await m("AES-256-GCM 8 MiB", 2, () => subtle.encrypt({ name: "AES-GCM", iv }, gcm, some));
  const pw = await subtle.importKey("raw", small, "PBKDF2", false, ["deriveBits"]);
  await m("PBKDF2 100,000", 1, () => subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: iv, iterations: 100000 }, pw, 256));
  for (const namedCurve of ["P-256", "P-384", "P-521"]) {
    const k = await subtle.generateKey({ name: "ECDSA", namedCurve }, false, ["sign", "verify"]);
    const a = { name: "ECDSA", hash: "SHA-256" }; const s = await subtle.sign(a, k.privateKey, small);
    await m("ECDSA " + namedCurve + " sign", 20, () => subtle.sign(a, k.privateKey, small));
    await m("ECDSA " + namedCurve + " verify", 20, () => subtle.verify(a, k.publicKey, s, small));
  }
  { const k = await subtle.generateKey("Ed25519", false, ["sign", "verify"]); const s = await subtle.sign("Ed25519", k.privateKey, small);
    await m("Ed25519 sign", 50, () => subtle.sign("Ed25519", k.privateKey, small));
    await m("Ed25519 verify", 50, () => subtle.verify("Ed25519", k.publicKey, s, small)); }
  { const alg = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const k = await subtle.generateKey(alg, false, ["sign", "verify"]); const s = await subtle.sign(alg.name, k.privateKey, small);
    await m("RSA-2048 sign", 10, () => subtle.sign(alg.name, k.privateKey, small));
    await m("RSA-2048 verify", 20, () => subtle.verify(alg.name, k.publicKey, s, small));
    await m("RSA-2048 generate", 3, () => subtle.generateKey(alg, false, ["sign"])); }
  for (const n in out) console.log(n.padEnd(24), out[n], "ms");
})();
