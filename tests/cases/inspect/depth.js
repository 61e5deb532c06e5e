const deep = { a: { b: { c: { d: { e: {} } } } } };
console.log(deep, [[[[[]]]]], [[[[1]]]]);
console.log({ a: { b: { c: [] } } }, { a: { b: { c: [1] } } }, { a: { b: { c: new Map() } } }, { a: { b: { c: new Map([[1, 1]]) } } });
class Foo {} class Bar { x = 1; }
console.log({ a: { b: { c: new Foo(), d: new Bar(), e: Object.create(null), f: Object.assign(Object.create(null), { a: 1 }) } } });
console.log({ a: { b: { c: () => {}, d: Object.assign(() => {}, { x: 1 }), e: new Date(0), f: /x/, g: Object.assign(/x/, { y: 1 }), h: new Set([1]), i: new Uint8Array(2) } } });
console.log({ a: { b: { c: new Number(1), d: Object.assign(new Date(0), { x: 1 }), e: Promise.resolve(1), f: new ArrayBuffer(1) } } });
console.dir(deep, { depth: 0 });
console.dir(deep, { depth: 1 });
console.dir(deep, { depth: null });
console.dir(deep, { depth: Infinity });
console.dir(deep);
console.log("%O", deep);
console.log("%o", deep);
let chain = { end: true }; for (let i = 0; i < 30; i++) chain = { chain }; console.dir(chain, { depth: 40 });
console.log([{ a: { b: { c: {} } } }, { a: { b: { c: { d: 1 } } } }]);
