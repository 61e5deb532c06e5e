const encoder = new TextEncoder();
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
console.log(encoder.encoding, hex(encoder.encode("aä€😀")), encoder.encode().length, encoder.encode(undefined).length);
console.log(hex(encoder.encode("\ud800x\udc00")), hex(encoder.encode(null)), encoder.encode("a") instanceof Uint8Array);

const into = new Uint8Array(5);
console.log(encoder.encodeInto("a€😀", into), hex(into));
console.log(encoder.encodeInto("😀", into.subarray(0, 3)), encoder.encodeInto("😀", into.subarray(1)), hex(into));
console.log(encoder.encodeInto("", into), encoder.encodeInto("\ud800", into), hex(into));

for (const label of [
  undefined, "utf8", " UTF-8\n", "latin1", "ascii", "iso-8859-2", "windows-1251", "koi8-r", "utf-16", "utf-16be",
  "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "macintosh",
]) {
  console.log(label, new TextDecoder(label).encoding);
}
const bytes = (...values) => new Uint8Array(values);
console.log(new TextDecoder("shift_jis").decode(bytes(0x93, 0xfa, 0x96, 0x7b)));
console.log(new TextDecoder("euc-kr").decode(bytes(0xc7, 0xd1)), new TextDecoder("gbk").decode(bytes(0xd6, 0xd0)));
console.log(new TextDecoder("windows-1252").decode(bytes(0x80, 0xe4)), new TextDecoder("koi8-r").decode(bytes(0xc1)));
console.log(new TextDecoder("utf-16").decode(bytes(0x61, 0, 0x3d, 0xd8, 0, 0xde)));
console.log(JSON.stringify(new TextDecoder("utf-16").decode(bytes(0x61, 0, 0x3d))));

// What is no UTF-8.
console.log(JSON.stringify(new TextDecoder().decode(bytes(0x61, 0xff, 0xe2, 0x82, 0x62, 0xf0, 0x9f))));
for (const wrong of [[0xff], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes(...wrong));
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
// The byte order mark.
console.log(new TextDecoder().decode(bytes(0xef, 0xbb, 0xbf, 0x61)).length);
console.log(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes(0xef, 0xbb, 0xbf, 0x61)).length);
console.log(new TextDecoder("utf-16le").decode(bytes(0xff, 0xfe, 0x61, 0)).length);

// In pieces.
const stream = new TextDecoder();
console.log([0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0x80, 0x61].map((b) => stream.decode(bytes(b), { stream: true })).join("|"));
console.log(JSON.stringify(stream.decode(bytes(0xf0, 0x9f), { stream: true }) + stream.decode()));
console.log(stream.decode(bytes(0xef, 0xbb, 0xbf, 0x61)).length);
const jp = new TextDecoder("iso-2022-jp");
console.log(jp.decode(bytes(0x1b, 0x24, 0x42, 0x46), { stream: true }) + jp.decode(bytes(0x7c, 0x4b, 0x5c)));
const fatal = new TextDecoder("utf-8", { fatal: true });
console.log(JSON.stringify(fatal.decode(bytes(0xe2), { stream: true })));
try { fatal.decode(bytes(0x61), { stream: true }); } catch (error) { console.log(error.name); }
console.log(fatal.decode(bytes(0x62)), fatal.fatal, fatal.ignoreBOM);

// Views and buffers.
const { buffer } = bytes(0x61, 0x62, 0x63, 0x64);
console.log(new TextDecoder().decode(buffer), new TextDecoder().decode(new DataView(buffer, 1, 2)));
console.log(new TextDecoder().decode(new Uint16Array(buffer, 2)), JSON.stringify(new TextDecoder().decode()));

for (const wrong of [
  () => TextEncoder(), () => TextDecoder(), () => TextEncoder.prototype.encode.call({}, ""),
  () => new TextDecoder().decode("text"), () => new TextDecoder().decode(null), () => encoder.encodeInto("", []),
  () => encoder.encodeInto("", new Uint16Array(1)), () => new TextDecoder("utf-8", 1),
]) {
  try {
    wrong();
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
for (const label of ["nonsense", "", "replacement", "utf-7"]) {
  try { new TextDecoder(label); } catch (error) { console.log(error instanceof RangeError); }
}
console.log(new TextDecoder("utf-8").decode(encoder.encode("ß".repeat(100000))).length);
