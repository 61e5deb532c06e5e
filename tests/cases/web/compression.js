// CompressionStream and DecompressionStream.
const all = async (readable) => {
  const parts = [];
  for await (const part of readable) parts.push(...part);
  return Uint8Array.from(parts);
};
const pass = (bytes, stream) => all(new Blob([bytes]).stream().pipeThrough(stream));
const text = (bytes) => new TextDecoder().decode(bytes);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const fails = (promise) => promise.then((value) => "no error: " + text(value), (e) => e.name + ": " + e.message);
const decompress = (format, data) => pass(data, new DecompressionStream(format));

(async () => {
  const long = "abcdefgh".repeat(50_000) + "end";
  const packed = {};
  for (const format of ["gzip", "deflate", "deflate-raw"]) {
    const small = (packed[format] = await pass("expected output", new CompressionStream(format)));
    const large = await pass(long, new CompressionStream(format));
    const empty = await pass("", new CompressionStream(format));
    console.log(format, hex(small.slice(0, 2)), large.length < 5000, empty.length);
    console.log(text(await decompress(format, small)), text(await decompress(format, large)) === long,
      (await decompress(format, empty)).length);
  }
  // As zlib and gzip write them.
  const zlib = bytes([0x78, 0x9c, 0x4b, 0xad, 0x28, 0x48, 0x4d, 0x2e, 0x49, 0x4d, 0x51, 0xc8, 0x2f, 0x2d, 0x29, 0x28,
    0x2d, 0x01, 0x00, 0x30, 0xad, 0x06, 0x24]);
  console.log(hex(packed.deflate) === hex(zlib) || hex(packed.deflate), text(await decompress("deflate", zlib)));
  const raw = packed["deflate-raw"], gzip = packed.gzip;
  const trailer = gzip.slice(-8);
  // All parts that a header can have, with its checksum.
  const head = [0x1f, 0x8b, 8, 0x1c, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, 0x61, 0, 0x62, 0];
  console.log(text(await decompress("gzip", bytes(head, raw, trailer))));

  // Data by pieces of any size.
  for (const size of [1, 7]) {
    const stream = new DecompressionStream("gzip");
    const writer = stream.writable.getWriter();
    for (let i = 0; i < gzip.length; i += size) writer.write(gzip.subarray(i, i + size));
    writer.close();
    console.log(text(await all(stream.readable)));
  }

  // What is wrong.
  for (const format of ["gzip", "deflate", "deflate-raw"]) {
    const good = packed[format];
    console.log(await fails(decompress(format, good.slice(0, -1))));
    console.log(await fails(decompress(format, bytes(good, [0]))));
    console.log(await fails(decompress(format, new Uint8Array(0))));
    if (format === "deflate-raw") continue;
    for (const at of [0, good.length - 1, good.length - 5]) {
      const wrong = good.slice();
      wrong[at] ^= 0x55;
      console.log(at, await fails(decompress(format, wrong)));
    }
  }
  console.log(await fails(decompress("deflate-raw", Uint8Array.of(0xff, 0xff))));
  for (const format of ["br", "GZIP", undefined, null, {}]) {
    try {
      new CompressionStream(format);
    } catch (error) {
      console.log(error.name, error.message);
    }
  }
  try {
    new DecompressionStream();
  } catch (error) {
    console.log(error.name, error.message);
  }
  const wrong = new CompressionStream("gzip");
  const writer = wrong.writable.getWriter();
  const written = writer.write("text").catch((e) => e.message);
  const read = wrong.readable.getReader().read().catch((e) => e.message);
  console.log(await written, await read, await writer.closed.catch((e) => e.message));

  // A chunk is taken when it is written, from any kind of buffer.
  const chunk = new Uint16Array([0x6261, 0x6463]);
  const copying = new CompressionStream("deflate");
  const copyist = copying.writable.getWriter();
  copyist.write(chunk);
  copyist.write(new DataView(Uint8Array.of(0, 33, 0).buffer, 1, 1));
  copyist.write(new ArrayBuffer(0));
  copyist.close();
  const result = all(copying.readable);
  await null;
  chunk.fill(0);
  console.log(text(await decompress("deflate", await result)));

  // Output is made when it is read: zeros that are 64 MB cost next to nothing until then.
  const zeros = new Uint8Array(1 << 20);
  const bomb = new CompressionStream("gzip");
  const packing = all(bomb.readable);
  const packer = bomb.writable.getWriter();
  for (let i = 0; i < 64; i++) await packer.write(zeros);
  await packer.close();
  const small = await packing;
  const unpacking = new DecompressionStream("gzip");
  let isTaken = false;
  unpacking.writable.getWriter().write(small).then(() => (isTaken = true), () => {});
  const reader = unpacking.readable.getReader();
  const first = await reader.read();
  console.log(small.length < 100_000, first.value.length <= 65536, isTaken);
  await reader.cancel("enough");
  console.log(await reader.read());

  // Aborted and cancelled streams.
  const aborted = new CompressionStream("gzip");
  await aborted.writable.abort(new Error("no more"));
  console.log(await fails(all(aborted.readable)));
  const cancelled = new CompressionStream("gzip");
  await cancelled.readable.cancel("not wanted");
  console.log(await cancelled.writable.getWriter().write(zeros).catch((e) => e));

  console.log(Object.prototype.toString.call(aborted), aborted.readable instanceof ReadableStream, CompressionStream.length);
  console.log(new DecompressionStream("gzip"));
  const { get } = Object.getOwnPropertyDescriptor(CompressionStream.prototype, "readable");
  try {
    get.call({});
  } catch (error) {
    console.log(error.name);
  }
})();
