const unique = Symbol('unique'), twin = Symbol('unique'), bare = Symbol();
const registered = Symbol.for('registered');
const object = { [unique]: 1, [twin]: 2, [registered]: 3, [Symbol.toStringTag]: 'Tagged', [bare]: 4 };
const keys = new Map([[unique, 'map']]);
const convertible = { [Symbol.toPrimitive]: (hint) => hint === 'number' ? 42 : hint };
const iterable = { *[Symbol.iterator]() { yield* 'xyz' } };
// --- frozen here ---
console.log(object[unique], object[twin], object[registered], object[bare], unique === twin);
console.log(Symbol.for('registered') === registered, Symbol.keyFor(registered), Symbol.keyFor(unique));
console.log(String(object), keys.get(unique), unique.description, bare.description);
console.log(Object.getOwnPropertySymbols(object).map(String).join());
console.log(+convertible, `${convertible}`, convertible + '', [...iterable].join());
Symbol.iterator in iterable && Symbol.iterator === Object.getOwnPropertySymbols(iterable)[0]
