// JSON Web Tokens, signed and encrypted in every way that jose has.
import * as jose from "jose";

const signatures = ["HS256", "HS512", "RS256", "RS384", "PS256", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"];
for (const alg of signatures) {
  const isSecret = alg.startsWith("HS");
  const pair = isSecret ? undefined : await jose.generateKeyPair(alg, { extractable: true });
  const secret = isSecret ? await jose.generateSecret(alg, { extractable: true }) : undefined;
  const token = await new jose.SignJWT({ user: 7 }).setProtectedHeader({ alg }).setIssuer("me").setIssuedAt(1)
    .setExpirationTime(4102444800).sign(secret ?? pair.privateKey);
  const options = { issuer: "me", currentDate: new Date(2000) };
  const { payload } = await jose.jwtVerify(token, secret ?? pair.publicKey, options);
  const forged = token.slice(0, -8) + (token.at(-8) === "A" ? "B" : "A") + token.slice(-7);
  const refused = await jose.jwtVerify(forged, secret ?? pair.publicKey, options).catch((error) => error.code);
  console.log(alg, payload.user, payload.exp, refused);
  if (pair !== undefined) {
    const again = await jose.importPKCS8(await jose.exportPKCS8(pair.privateKey), alg);
    const open = await jose.importSPKI(await jose.exportSPKI(pair.publicKey), alg);
    const jws = await new jose.CompactSign(new TextEncoder().encode("text")).setProtectedHeader({ alg }).sign(again);
    console.log(" ", new TextDecoder().decode((await jose.compactVerify(jws, open)).payload), (await jose.exportJWK(open)).kty);
  }
}

for (const [alg, enc] of [["dir", "A256GCM"], ["A128KW", "A128CBC-HS256"], ["A256GCMKW", "A256GCM"], ["RSA-OAEP-256", "A256CBC-HS512"], ["ECDH-ES", "A128GCM"], ["ECDH-ES+A256KW", "A192GCM"], ["PBES2-HS256+A128KW", "A128GCM"]]) {
  let encrypts, decrypts;
  if (alg === "dir") encrypts = decrypts = await jose.generateSecret(enc);
  else if (alg.startsWith("PBES2")) encrypts = decrypts = new TextEncoder().encode("a password");
  else if (alg.startsWith("A")) encrypts = decrypts = await jose.generateSecret(alg);
  else ({ publicKey: encrypts, privateKey: decrypts } = await jose.generateKeyPair(alg));
  const jwe = await new jose.EncryptJWT({ user: 8 }).setProtectedHeader({ alg, enc }).encrypt(encrypts);
  const { payload } = await jose.jwtDecrypt(jwe, decrypts, { keyManagementAlgorithms: [alg] });
  console.log(alg, enc, payload.user);
}

// RFC 7638, 3.1
const jwk = {
  kty: "RSA", e: "AQAB", alg: "RS256", kid: "2011-04-29",
  n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
};
console.log(await jose.calculateJwkThumbprint(jwk));
