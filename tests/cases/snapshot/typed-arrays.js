// Views of every kind over one buffer, of which each sees what the others write.
const buffer = new ArrayBuffer(32);
const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array,
  Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView];
const views = kinds.map((Kind) => new Kind(buffer, 8));
const bytes = views[1], part = bytes.subarray(4, 8);
bytes.set([1, 2, 3, 4, 0xff, 0x80]);
const resizable = new ArrayBuffer(4, { maxByteLength: 16 });
const tracking = new Uint8Array(resizable), fixed = new Uint8Array(resizable, 0, 4);
tracking.fill(7);
const shared = new SharedArrayBuffer(8), words = new Int32Array(shared);
words[1] = 41;
const detached = new ArrayBuffer(8), moved = new Uint8Array(detached);
const target = detached.transfer();
// --- frozen here ---
for (const view of views.slice(0, -1)) console.log(view.constructor.name, view.length, String(view[0]));
views.at(-1).setFloat64(0, Math.PI, true);
console.log(views[8][0] === Math.PI, bytes.slice(0, 8).join(), part.join());
part.fill(1);
console.log(views[5][1], new Uint8Array(buffer)[12], views.every((view) => view.buffer === buffer));
resizable.resize(8);
console.log(tracking.length, tracking.join(), fixed.length);
resizable.resize(2);
console.log(tracking.length, fixed.length, resizable.maxByteLength);
console.log(new Int32Array(shared)[1]++, words[1], shared instanceof SharedArrayBuffer);
console.log(moved.length, detached.detached, target.byteLength);
new Uint16Array(buffer, 30).length
