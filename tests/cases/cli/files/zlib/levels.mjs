import zlib from "node:zlib";
const text = Buffer.from(Array.from({ length: 20000 }, (_, n) => `line ${(n * 7919) % 1013}\n`).join(""));
const size = (options) => zlib.deflateSync(text, options).length;
console.log(size({ level: 0 }) > text.length, size({ level: 1 }) > size({ level: 9 }), size({ level: -1 }) === size({ level: 6 }));
const { Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED, Z_DEFAULT_STRATEGY } = zlib.constants;
for (const strategy of [Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED]) console.log(size({ strategy }) > size({ strategy: Z_DEFAULT_STRATEGY }));
for (const level of [0, 1, 6, 9]) {
  console.log(level, ["gzip", "deflate", "deflateRaw"].map((name) => {
    const back = { gzip: "gunzip", deflate: "inflate", deflateRaw: "inflateRaw" }[name];
    return zlib[back + "Sync"](zlib[name + "Sync"](text, { level })).equals(text);
  }).join());
}
for (const options of [{ level: 10 }, { level: "6" }, { strategy: 5 }, { flush: 9 }, { memLevel: 0 }]) {
  try { size(options); } catch (error) { console.log(error.code, error.message); }
}
