// Known answers: NIST and the RFCs 3394, 4231, 5869, 6070, 6979, 7515, 7748 and 8032.
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const utf8 = (text) => new TextEncoder().encode(text);
const { subtle } = crypto;
const raw = (key, algorithm, ...usages) => subtle.importKey("raw", key, algorithm, false, usages);

(async () => {
  for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
    const key = await raw(bytes("0b".repeat(20)), { name: "HMAC", hash }, "sign", "verify");
    const mac = await subtle.sign("HMAC", key, utf8("Hi There"));
    console.log("HMAC", hash, hex(mac), await subtle.verify("HMAC", key, mac, utf8("Hi There")), await subtle.verify("HMAC", key, mac, utf8("Hi")));
  }

  const plain = bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  for (const key of ["2b7e151628aed2a6abf7158809cf4f3c", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"]) {
    const iv = bytes("000102030405060708090a0b0c0d0e0f"), counter = bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    for (const parameters of [{ name: "AES-CBC", iv }, { name: "AES-CTR", counter, length: 128 }]) {
      const aes = await raw(bytes(key), parameters.name, "encrypt", "decrypt");
      const secret = await subtle.encrypt(parameters, aes, plain);
      console.log(parameters.name, aes.algorithm.length, hex(secret), hex(await subtle.decrypt(parameters, aes, secret)) === hex(plain));
    }
  }
  {
    const key = await raw(bytes("feffe9928665731c6d6a8f9467308308"), "AES-GCM", "encrypt", "decrypt");
    const additionalData = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const data = bytes("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    for (const iv of ["cafebabefacedbaddecaf888", "9313225df88406e555909c5aff5269aa"]) {
      for (const tagLength of [128, 96, 32]) {
        const parameters = { name: "AES-GCM", iv: bytes(iv), additionalData, tagLength };
        const secret = await subtle.encrypt(parameters, key, data);
        console.log("AES-GCM", hex(secret), hex(await subtle.decrypt(parameters, key, secret)) === hex(data));
        new Uint8Array(secret)[3] ^= 1;
        await subtle.decrypt(parameters, key, secret).catch((error) => console.log(error.name));
      }
    }
    // The last 8 bits of the counter begin again.
    const ctr = await raw(bytes("2b7e151628aed2a6abf7158809cf4f3c"), "AES-CTR", "encrypt");
    const counter = bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    console.log("AES-CTR", hex(await subtle.encrypt({ name: "AES-CTR", counter, length: 8 }, ctr, new Uint8Array(40))));
    await subtle.encrypt({ name: "AES-CTR", counter, length: 1 }, ctr, new Uint8Array(40)).catch((error) => console.log(error.name));
  }
  {
    const kek = await raw(bytes("000102030405060708090a0b0c0d0e0f"), "AES-KW", "wrapKey", "unwrapKey");
    const key = await subtle.importKey("raw", bytes("00112233445566778899aabbccddeeff"), "AES-GCM", true, ["encrypt"]);
    const wrapped = await subtle.wrapKey("raw", key, kek, "AES-KW");
    const again = await subtle.unwrapKey("raw", wrapped, kek, "AES-KW", "AES-GCM", true, ["encrypt"]);
    console.log("AES-KW", hex(wrapped), hex(await subtle.exportKey("raw", again)));
  }
  {
    const key = await raw(bytes("0b".repeat(22)), "HKDF", "deriveBits", "deriveKey");
    const parameters = { name: "HKDF", hash: "SHA-256", salt: bytes("000102030405060708090a0b0c"), info: bytes("f0f1f2f3f4f5f6f7f8f9") };
    console.log("HKDF", hex(await subtle.deriveBits(parameters, key, 336)));
    const derived = await subtle.deriveKey(parameters, key, { name: "HMAC", hash: "SHA-1" }, true, ["sign"]);
    console.log("HKDF", derived.algorithm.length, hex(await subtle.exportKey("raw", derived)));
    const password = await raw(utf8("password"), "PBKDF2", "deriveBits");
    for (const iterations of [1, 2, 4096]) {
      const parameters = { name: "PBKDF2", hash: "SHA-1", salt: utf8("salt"), iterations };
      console.log("PBKDF2", hex(await subtle.deriveBits(parameters, password, 160)));
    }
    console.log("PBKDF2", hex(await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-512", salt: utf8("salt"), iterations: 3 }, password, 1200)));
  }
  {
    // RFC 6979, A.2.5: the signature of "sample" with SHA-256.
    const jwk = {
      kty: "EC", crv: "P-256", x: "YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y", y: "eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk",
      d: "ya-p2EW6dRZrXCFXZ7HWk05Qw9s26JsSe4piKxIPZyE",
    };
    const key = await subtle.importKey("jwk", { ...jwk, d: undefined }, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    const signature = bytes("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    console.log("ECDSA", await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, utf8("sample")));
    console.log("ECDSA", await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, utf8("simple")));
    console.log("EC", hex(await subtle.exportKey("spki", key)), hex(await subtle.exportKey("raw", key)));
    const secret = await subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
    console.log("EC", hex(await subtle.exportKey("pkcs8", secret)));
    const ecdh = await subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const open = await subtle.importKey("raw", await subtle.exportKey("raw", key), { name: "ECDH", namedCurve: "P-256" }, true, []);
    console.log("ECDH", hex(await subtle.deriveBits({ name: "ECDH", public: open }, ecdh, null)), hex(await subtle.deriveBits({ name: "ECDH", public: open }, ecdh, 12)));
  }
  {
    const pkcs8 = (hex, oid) => bytes(`302e020100300506032b65${oid}04220420${hex}`);
    const ed = await subtle.importKey("pkcs8", pkcs8("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "70"), "Ed25519", true, ["sign"]);
    const jwk = await subtle.exportKey("jwk", ed);
    console.log("Ed25519", jwk.x, hex(await subtle.sign("Ed25519", ed, new Uint8Array())));
    const open = await subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x: jwk.x }, "Ed25519", true, ["verify"]);
    console.log("Ed25519", await subtle.verify("Ed25519", open, await subtle.sign("Ed25519", ed, utf8("a")), utf8("a")), hex(await subtle.exportKey("raw", open)));
    const x = await subtle.importKey("pkcs8", pkcs8("77076d0a7318a57d3c16c17251b26645df4c2f92ebc099ac6a0e9cf8a2b8a02a", "6e"), "X25519", true, ["deriveBits"]);
    const other = await raw(bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"), "X25519");
    console.log("X25519", hex(await subtle.deriveBits({ name: "X25519", public: other }, x, null)));
    await raw(new Uint8Array(32), "X25519").then((zero) => subtle.deriveBits({ name: "X25519", public: zero }, x, 256)).catch((error) => console.log(error.name));
  }
  {
    // RFC 7515, A.2
    const jwk = {
      kty: "RSA",
      n: "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
      e: "AQAB",
      d: "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
      p: "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
      q: "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
      dp: "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
      dq: "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
      qi: "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U",
    };
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const key = await subtle.importKey("jwk", jwk, algorithm, true, ["sign"]);
    console.log("RSA", key.algorithm.modulusLength, String(key.algorithm.publicExponent), key.algorithm.hash.name);
    console.log("RSA", hex(await subtle.sign(algorithm.name, key, utf8("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"))));
    const { qi, ...back } = await subtle.exportKey("jwk", key);
    console.log("RSA", qi === jwk.qi, back.d === jwk.d, back.alg, hex(await subtle.digest("SHA-256", await subtle.exportKey("pkcs8", key))));
    for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
      const closed = await subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash }, true, ["sign"]);
      const open = await subtle.importKey("jwk", { kty: "RSA", n: jwk.n, e: jwk.e }, { name: "RSA-PSS", hash }, true, ["verify"]);
      const signature = await subtle.sign({ name: "RSA-PSS", saltLength: 20 }, closed, utf8("a"));
      console.log("RSA-PSS", hash, await subtle.verify({ name: "RSA-PSS", saltLength: 20 }, open, signature, utf8("a")), await subtle.verify({ name: "RSA-PSS", saltLength: 21 }, open, signature, utf8("a")));
      const decrypts = await subtle.importKey("jwk", jwk, { name: "RSA-OAEP", hash }, true, ["decrypt"]);
      const encrypts = await subtle.importKey("spki", await subtle.exportKey("spki", open), { name: "RSA-OAEP", hash }, true, ["encrypt"]);
      const secret = await subtle.encrypt({ name: "RSA-OAEP", label: utf8("b") }, encrypts, utf8("text"));
      console.log("RSA-OAEP", hash, hex(await subtle.decrypt({ name: "RSA-OAEP", label: utf8("b") }, decrypts, secret)));
      await subtle.decrypt("RSA-OAEP", decrypts, secret).catch((error) => console.log(error.name));
    }
  }
})();
