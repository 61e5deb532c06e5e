// Bytes of a buffer that was transferred count as none.
const bytes = new Uint8Array(4);
const data = new DataView(bytes.buffer);
structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
for (const source of [bytes, data, bytes.buffer]) {
  console.log(JSON.stringify(new TextDecoder().decode(source)), new Blob([source]).size);
}
console.log(new TextEncoder().encodeInto("ab", bytes));
(async () => {
  console.log((await crypto.subtle.digest("SHA-1", bytes)).byteLength, await new Response(bytes).text());
})();

// The iterators of a stream inherit from those of the language.
const iterators = Object.getPrototypeOf(new ReadableStream().values());
const inherited = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype));
console.log(Object.getPrototypeOf(iterators) === inherited, Reflect.ownKeys(iterators));
