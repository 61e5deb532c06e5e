import decode, { init as initDecoder } from "@jsquash/jpeg/decode.js";
import encode, { init as initEncoder } from "@jsquash/jpeg/encode.js";

const read = globalThis.readPackage ?? ((path) => process.getBuiltinModule("node:fs").readFileSync("tests/packages/node_modules/" + path));
globalThis.ImageData ??= class ImageData {
  constructor(data, width, height) { Object.assign(this, { data, width, height }); }
};
await initDecoder(await WebAssembly.compile(read("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm")));
await initEncoder(await WebAssembly.compile(read("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm")));
const width = 48, height = 32, data = new Uint8ClampedArray(width * height * 4);
for (let at = 0; at < width * height; at++) data.set([(at * 5) & 255, at >> 3, (at % width) * 5, 255], at * 4);
const sum = (bytes) => bytes.reduce((sum, byte, at) => (sum * 31 + byte + at) >>> 0, 7);
for (const quality of [20, 75, 95]) {
  const file = new Uint8Array(await encode(new ImageData(data, width, height), { quality }));
  const image = await decode(file.buffer);
  console.log(quality, file.length, sum(file), image.width, image.height, sum(image.data));
}
try { await decode(new Uint8Array(100).buffer); } catch (error) { console.log(error.constructor.name, String(error).slice(0, 60)); }
