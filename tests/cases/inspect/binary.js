console.log(new ArrayBuffer(0), new ArrayBuffer(3), Uint8Array.of(1, 254, 16).buffer);
console.log(new Uint8Array(0), new Uint8Array(3), Uint8Array.of(1, 2, 3), new Uint8ClampedArray([300, -5]));
console.log(new Int8Array([-1]), new Int16Array([-300]), new Uint16Array([65535]), new Int32Array([-1]), new Uint32Array([4294967295]));
console.log(new Float32Array([1.5, NaN, -0]), new Float64Array([Math.PI, Infinity]), new BigInt64Array([-1n]), new BigUint64Array([1n]));
console.log(new Uint8Array(10), new Uint8Array(200), new Float64Array(Array.from({ length: 30 }, (_, i) => i / 3)));
console.log(new DataView(new ArrayBuffer(4), 1, 2));
console.log(new ArrayBuffer(120));
console.log(Object.assign(new Uint8Array(2), { x: 1 }), Object.assign(new ArrayBuffer(2), { x: 1 }));
console.log({ a: new Uint8Array([1, 2]), b: new DataView(new ArrayBuffer(1)) });
console.log(new SharedArrayBuffer(2));
console.log([new Uint8Array([1, 2, 3]).subarray(1)]);
const detached = new ArrayBuffer(2); detached.transfer?.(); structuredCloneOrNot(detached);
function structuredCloneOrNot(buffer) { if (buffer.byteLength) structuredClone(buffer, { transfer: [buffer] }); console.log(buffer); }
