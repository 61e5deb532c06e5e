// Atomics within the one thread of a VM, and shared buffers that grow.
const numbers = new Int32Array(new SharedArrayBuffer(16));
console.log(Atomics.add(numbers, 0, 5), Atomics.compareExchange(numbers, 0, 5, 7), Atomics.load(numbers, 0));
console.log(Atomics.exchange(new BigInt64Array(1), 0, 3n), Atomics.isLockFree(4), Atomics.notify(numbers, 0));
try {
  Atomics.wait(numbers, 0, 7, 10);
} catch (error) {
  console.log(error.name, error.message);
}
const grows = new SharedArrayBuffer(8, { maxByteLength: 64 });
const view = new Uint8Array(grows);
view[7] = 9;
grows.grow(64);
console.log(grows.byteLength, view.length, view[7], view[63]);
try {
  grows.grow(65);
} catch (error) {
  console.log(error.name);
}
