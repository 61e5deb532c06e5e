import zlib from "node:zlib";
import { Readable } from "node:stream";
// Members whose output is more than a chunk, so that a read stops before the end of what was given.
const long = ["a", "b", "c"].map((letter) => letter.repeat(100_000));
const many = Buffer.concat(long.map((text) => zlib.gzipSync(text)));
console.log(String(zlib.gunzipSync(many)) === long.join(""));
for (const size of [1, 50, many.length]) {
  const pieces = [];
  for (let at = 0; at < many.length; at += size) pieces.push(many.subarray(at, at + size));
  let text = "";
  for await (const piece of Readable.from(pieces).pipe(zlib.createGunzip({ chunkSize: 1000 }))) text += piece;
  console.log(size, text === long.join(""));
}
for (const [name, back] of [["deflateSync", "inflateSync"], ["deflateRawSync", "inflateRawSync"]]) {
  const data = zlib[name](long[0]);
  const { buffer, engine } = zlib[back](Buffer.concat([data, Buffer.from("what follows")]), { info: true });
  console.log(back, String(buffer) === long[0], engine.bytesWritten === data.length);
}
