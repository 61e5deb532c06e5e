const array = new Uint8Array(64);
console.log(crypto.getRandomValues(array) === array, array.some((byte) => byte !== 0));
for (const Type of [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array]) {
  console.log(Type.name, crypto.getRandomValues(new Type(8)).some((value) => value != 0));
}
const part = new Uint8Array(8);
crypto.getRandomValues(part.subarray(2, 6));
console.log(part[0], part[1], part[6], part[7], crypto.getRandomValues(new Uint8Array()).length);
const uuid = crypto.randomUUID();
console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid), uuid !== crypto.randomUUID());
for (const wrong of [
  () => crypto.getRandomValues(new Float32Array(1)), () => crypto.getRandomValues(new DataView(new ArrayBuffer(1))),
  () => crypto.getRandomValues(new Uint8Array(65537)),
]) {
  try { wrong(); } catch (error) { console.log(error.name, error.code, error instanceof DOMException); }
}
for (const wrong of [() => crypto.getRandomValues(), () => new Crypto(), () => new SubtleCrypto(), () => crypto.randomUUID.call({})]) {
  try { wrong(); } catch (error) { console.log(error instanceof TypeError); }
}
crypto.getRandomValues(new Uint8Array(65536));
console.log(String(crypto), String(crypto.subtle), crypto.subtle === crypto.subtle, crypto instanceof Crypto);

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
(async () => {
  const data = new TextEncoder().encode("abc");
  for (const name of ["SHA-1", "sha-256", { name: "SHA-384" }, "SHA-512"]) {
    console.log(hex(await crypto.subtle.digest(name, data)));
  }
  console.log(hex(await crypto.subtle.digest("SHA-256", data.buffer)) === hex(await crypto.subtle.digest("SHA-256", new DataView(data.buffer))));
  console.log(hex(await crypto.subtle.digest("SHA-1", new Uint8Array(1000))));
  for (const [name, value] of [["MD5", data], ["SHA-1", "text"], [undefined, data], ["SHA-1"]]) {
    try {
      await crypto.subtle.digest(name, value);
      console.log("nothing was thrown");
    } catch (error) {
      console.log(error.name);
    }
  }
})();
