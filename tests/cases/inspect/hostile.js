// None of this may throw, run code of the script (but the methods that exist for it), hang, or print without end.
let ran = 0;
const boom = () => { ran++; throw new Error("must not run"); };
const traps = new Proxy({}, { get: () => boom });
const hostile = (target) => new Proxy(target, traps);
console.log(hostile(hostile({ a: 1 })), hostile(hostile(hostile([]))));
let nested = {}; for (let i = 0; i < 1000; i++) nested = new Proxy(nested, traps); console.log(nested);
console.log(Object.create(hostile({})), Object.create(hostile(class A {}.prototype)));
console.log({ [Symbol.for("nodejs.util.inspect.custom")]: boom }, ran); ran = 0;
console.log({ [Symbol.for("other")]: boom, inspect: boom, toString: boom, toJSON: boom, valueOf: boom, [Symbol.toPrimitive]: boom });
class Tag { get [Symbol.toStringTag]() { return boom(); } } console.log(new Tag(), [new Tag()]);
class Name { static get name() { return boom(); } } console.log(new Name(), Name);
class Instance { static [Symbol.hasInstance]() { return boom(); } } console.log(new Instance());
console.log(Object.create({ get constructor() { return boom(); } }), { constructor: hostile(class {}) });
const error = new Error("m"); for (const key of ["name", "message", "stack", "cause", "errors"]) Object.defineProperty(error, key, { get: boom });
console.log(String(Object.getOwnPropertyNames(error).length), [error].length); console.log(error);
console.log(Object.defineProperty(Object.assign(new Error("x")), "stack", { value: { a: 1 } }));
for (const name of ["size", "entries", "forEach", Symbol.iterator]) for (const c of [Map, Set]) Object.defineProperty(c.prototype, name, { get: boom, configurable: true });
for (const [c, names] of [[RegExp, ["source", "flags", "global", "toString"]], [Date, ["toISOString", "getTime", "toString"]], [DataView, ["buffer", "byteLength", "byteOffset"]], [Number, ["valueOf", "toString"]], [Error, ["toString"]], [Function, ["toString"]], [Promise, ["then"]]])
  for (const name of names) Object.defineProperty(c.prototype, name, { get: boom, configurable: true });
for (const name of ["length", "byteLength", "byteOffset", "buffer", Symbol.toStringTag]) Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), name, { get: boom, configurable: true });
console.log(new Map([[1, 2]]), new Set([1]), new Date(0), /x/gi, new DataView(new ArrayBuffer(2)), new Number(1), new Error("e") instanceof Error, Promise.resolve(2), new Uint8Array(2));
String.prototype.slice = Array.prototype.push = Object.keys = Object.getOwnPropertyDescriptor = JSON.stringify = boom; Symbol.prototype.toString = boom;
console.log(["x".repeat(10005)].length, { a: Symbol("s") }, [[1, 2, 3]]);
console.log("%s|%d|%i|%f|%j|%o|%O", ...Array(7).fill({ toString: boom, valueOf: boom, toJSON: boom }).map((x) => x));
console.log("ran by %%s, %%d, %%i, %%f, %%j", ran); ran = 0;
console.log("%s", { toString() { throw null; } }); console.log("%s", { toString: () => ({}) }); console.log("%d", { valueOf() { throw "text"; } });
for (const label of [() => console.count({ toString: boom }), () => console.time(Symbol("s")), () => console.countReset(Object.create(null))]) { try { label(); } catch (error) { console.log(error instanceof Error); } }
console.assert(false, { toString: boom }); console.group({ toString: boom }); console.groupEnd();
console.table([{ get a() { return boom(); }, b: hostile({}) }, hostile({ a: 1 })]); console.table(hostile([1])); console.table([1], hostile(["a"])); console.table([{ a: 1 }], [{ toString: boom }, "a"]);
console.dir({ a: 1 }, { get depth() { return boom(); }, colors: { valueOf: boom } }); console.dir({}, hostile({}));
console.log("ran", ran);
let deep = []; for (let i = 0; i < 100000; i++) deep = [deep]; console.dir(deep, { depth: Infinity });
let chain = {}; for (let i = 0; i < 100000; i++) chain = Object.create(chain); console.log(chain);
console.log(new Array(4294967295), Object.assign(new Array(4294967295), { x: 1 }));
console.log({ ["k".repeat(20000)]: 1 }.constructor === Object);
const bush = (n) => { let o = { leaf: 1 }; while (n--) o = { l: o, r: o }; return o; };
console.log(bush(50));
function recurse(n) { try { return recurse(n + 1); } catch (e) { console.log({ a: { b: [1] } }); return e instanceof RangeError; } }
console.log(recurse(0) ? "deep recursion survived" : "no");
console.log("done");
