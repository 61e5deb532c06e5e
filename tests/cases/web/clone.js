const cyclic = { list: [1, , 3], nested: { big: 10n ** 30n, text: "\ud800ä" } };
cyclic.self = cyclic;
cyclic.list.extra = "kept";
const copy = structuredClone(cyclic);
console.log(copy, copy !== cyclic, copy.self === copy, 1 in copy.list, copy.list.length);

const shared = { s: 1 };
const map = new Map([[shared, new Set([shared])]]);
map.set(map, map);
const [[key, value]] = structuredClone(map);
console.log(value.has(key), structuredClone(map).size);

console.log(structuredClone([undefined, null, true, 1.5, -0, NaN, "x", 5n]));
console.log(structuredClone(new Date(5)).getTime(), structuredClone(new Date(NaN)).getTime());
const regexp = /a(b)\/[/]/giu;
regexp.lastIndex = 3;
regexp.extra = 1;
console.log(structuredClone(regexp), structuredClone(regexp).lastIndex, structuredClone(regexp).extra);
console.log(structuredClone([Object(1), Object("s"), Object(true), Object(2n)]));

// Only own enumerable properties with names.
class Point {
  #hidden = 1;
  constructor() { this.x = 1; }
  get y() { return 2; }
}
const point = new Point();
Object.defineProperty(point, "no", { value: 1 });
point[Symbol("s")] = 1;
Object.defineProperty(point, "got", { get: () => "got", enumerable: true });
const plain = structuredClone(point);
console.log(plain, Object.getPrototypeOf(plain) === Object.prototype, Object.getOwnPropertyDescriptor(plain, "got"));
console.log(Object.getPrototypeOf(structuredClone(Object.create(null))) === Object.prototype);
console.log(Object.keys(structuredClone(JSON.parse('{"__proto__": 1}'))));

// Errors.
for (const error of [new TypeError("t"), new RangeError("r", { cause: shared }), Object.assign(new Error("e"), { name: "Odd", extra: 1 })]) {
  const clone = structuredClone(error);
  console.log(clone.name, clone.message, clone instanceof error.constructor, typeof clone.stack, clone.cause, clone.extra);
}
class Custom extends TypeError {}
console.log(structuredClone(new Custom("c")).constructor.name);

// Buffers and views.
const buffer = new ArrayBuffer(8);
const views = structuredClone([new Uint8Array(buffer, 2, 3), new DataView(buffer, 1), new Float64Array(buffer), buffer]);
console.log(views[0].byteOffset, views[0].length, views[1].byteLength, views[0].buffer === views[3], views[2].buffer === views[1].buffer);

// Transfer.
const given = new Uint8Array([1, 2, 3]);
const taken = structuredClone({ given, rest: 1 }, { transfer: [given.buffer] });
console.log(given.length, given.buffer.byteLength, taken);
const lone = new ArrayBuffer(4);
console.log(structuredClone(1, { transfer: [lone] }), lone.byteLength);
const set = new ArrayBuffer(4);
console.log(structuredClone(set, { transfer: new Set([set]) }).byteLength, set.byteLength);

// What has no clone.
const name = (run) => {
  try {
    return run();
  } catch (error) {
    return error instanceof DOMException ? `${error.name} ${error.code}` : error instanceof Error ? error.name : error;
  }
};
const twice = new ArrayBuffer(1);
for (const wrong of [
  () => structuredClone(() => {}), () => structuredClone(Symbol("s")), () => structuredClone({ a: [Symbol.iterator] }),
  () => structuredClone(Promise.resolve()), () => structuredClone(new WeakMap()), () => structuredClone(new WeakSet()),
  () => structuredClone(new WeakRef({})), () => structuredClone(new Proxy({}, {})), () => structuredClone(class {}),
  () => structuredClone((function* () {})()), () => structuredClone(Object(Symbol())), () => structuredClone(lone),
  () => structuredClone(given),
  () => structuredClone(1, { transfer: [twice, twice] }), () => structuredClone(), () => structuredClone(1, 1),
  () => structuredClone(1, { transfer: 1 }), () => structuredClone({ get a() { throw "mine"; } }),
]) {
  console.log(name(wrong));
}
// Nothing is given away if it fails.
name(() => structuredClone(() => {}, { transfer: [twice] }));
console.log(twice.byteLength);

// The order in which accessors are called.
const order = [];
const spy = (label, inner) => ({ get [label]() { order.push(label); return inner; }, get [label + "2"]() { order.push(label + "2"); return 0; } });
structuredClone([spy("a", spy("b", 0)), new Map([[spy("k", 0), spy("v", 0)]]), spy("c", 0)]);
console.log(order.join());
// A getter that deletes.
console.log(structuredClone({ get a() { delete this.b; return 1; }, b: 2 }));
const exception = structuredClone(new DOMException("m", "AbortError"));
console.log(exception.name, exception.message, exception.code, exception instanceof DOMException);
