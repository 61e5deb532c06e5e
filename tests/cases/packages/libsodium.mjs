import sodium from "libsodium-wrappers";

await sodium.ready;
const bytes = (n) => Uint8Array.from({ length: n }, (_, at) => at);
console.log(sodium.to_hex(sodium.crypto_generichash(32, "message")));
console.log(sodium.to_hex(sodium.crypto_hash_sha256 ? sodium.crypto_hash_sha256("abc") : sodium.crypto_generichash(16, "abc")));
const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(bytes(32));
const signature = sodium.crypto_sign_detached("text", privateKey);
console.log(sodium.to_base64(signature));
console.log(sodium.crypto_sign_verify_detached(signature, "text", publicKey), sodium.crypto_sign_verify_detached(signature, "texts", publicKey));
const sealed = sodium.crypto_secretbox_easy("secret", bytes(24), bytes(32));
console.log(sodium.to_hex(sealed), sodium.to_string(sodium.crypto_secretbox_open_easy(sealed, bytes(24), bytes(32))));
sealed[0] ^= 1;
try { sodium.crypto_secretbox_open_easy(sealed, bytes(24), bytes(32)); } catch (error) { console.log(error.message); }
console.log(sodium.to_hex(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt("data", "more", null, bytes(24), bytes(32))));
console.log(sodium.to_hex(sodium.crypto_scalarmult_base(bytes(32))));
console.log(sodium.to_hex(sodium.crypto_kdf_derive_from_key(16, 1, "contexts", bytes(32))));
// The system's entropy.
console.log(sodium.randombytes_buf(16).length, sodium.to_hex(sodium.randombytes_buf(8)) !== sodium.to_hex(sodium.randombytes_buf(8)));
