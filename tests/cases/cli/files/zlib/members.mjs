import zlib from "node:zlib";
import { Readable } from "node:stream";
const [one, two] = ["first, ", "second"].map((text) => zlib.gzipSync(text));
const all = Buffer.concat([one, two]);
console.log(String(zlib.gunzipSync(all)), String(zlib.unzipSync(all)), String(zlib.gunzipSync(Buffer.concat([all, Buffer.alloc(10)]))));
try { zlib.gunzipSync(Buffer.concat([all, Buffer.alloc(10, 50)])); } catch (error) { console.log(error.code, error.message); }
for (const size of [1, 7, one.length, 1000]) {
  const pieces = [];
  for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size));
  let text = "";
  for await (const piece of Readable.from(pieces).pipe(zlib.createGunzip())) text += piece;
  console.log(size, text);
}
// Where a stream ended in its input.
const { buffer, engine } = zlib.inflateSync(Buffer.concat([zlib.deflateSync("zlib"), Buffer.from("what follows")]), { info: true });
console.log(String(buffer), engine.bytesWritten === zlib.deflateSync("zlib").length);
