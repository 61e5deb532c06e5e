// Streams that are compressed and decompressed while the VM is frozen.
const packing = new CompressionStream('gzip');
const packer = packing.writable.getWriter();
const packed = packing.readable.getReader();
const text = 'frozen in the middle '.repeat(1000);
packer.write(new TextEncoder().encode(text.slice(0, 10000)));
const first = packed.read();
const unpacking = new DecompressionStream('deflate');
const unpacker = unpacking.writable.getWriter();
const zlib = [0x78, 0x9c, 0x4b, 0xad, 0x28, 0x48, 0x4d, 0x2e, 0x49, 0x4d, 0x51, 0xc8, 0x2f, 0x2d, 0x29, 0x28, 0x2d, 0x01, 0x00, 0x30, 0xad, 0x06, 0x24];
unpacker.write(Uint8Array.from(zlib.slice(0, 9)));
const unpacked = unpacking.readable.getReader();
const start = unpacked.read();
const number = (1234.5).toLocaleString();
// --- frozen here ---
(async () => {
  packer.write(new TextEncoder().encode(text.slice(10000)));
  packer.close();
  const parts = [(await first).value];
  for (let step; !(step = await packed.read()).done; ) parts.push(step.value);
  const all = new Blob(parts);
  const back = await new Response(all.stream().pipeThrough(new DecompressionStream('gzip'))).text();
  console.log(all.size < 1000, back === text);
  unpacker.write(Uint8Array.from(zlib.slice(9)));
  unpacker.close();
  let whole = '';
  for (let step = await start; !step.done; step = await unpacked.read()) whole += new TextDecoder().decode(step.value);
  console.log(whole, number, (5.5).toLocaleString('en-US', { minimumFractionDigits: 2 }), navigator.hardwareConcurrency);
})();
'compression is over'
