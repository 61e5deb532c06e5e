// OpenPGP: keys, encryption with a signature, and a password.
import * as openpgp from "openpgp";

for (const options of [{ type: "curve25519" }, { type: "ecc", curve: "nistP256" }]) {
  const { privateKey, publicKey } = await openpgp.generateKey({ ...options, userIDs: [{ name: "A", email: "a@example.com" }], format: "object" });
  const message = await openpgp.createMessage({ text: "a text" });
  const armored = await openpgp.encrypt({ message, encryptionKeys: publicKey, signingKeys: privateKey });
  const read = await openpgp.readMessage({ armoredMessage: armored });
  const { data, signatures } = await openpgp.decrypt({ message: read, decryptionKeys: privateKey, verificationKeys: publicKey });
  console.log(options.type, data, await signatures[0].verified, armored.split("\n")[0].trim());
}
const message = await openpgp.createMessage({ binary: new Uint8Array([1, 2, 3]) });
const encrypted = await openpgp.encrypt({ message, passwords: ["secret"], format: "binary" });
const read = async (password) => openpgp.decrypt({ message: await openpgp.readMessage({ binaryMessage: encrypted }), passwords: [password], format: "binary" });
console.log((await read("secret")).data.join(), await read("wrong").catch((error) => error.constructor.name));
