// One of every kind of value, with what makes it special.
const shared = { name: 'shared' };
const values = {
  undefined: undefined, null: null, yes: true, zero: -0, nan: NaN, huge: Number.MAX_VALUE,
  tiny: 5e-324, integer: 2 ** 53, latin: 'Zoë', wide: '日本', empty: '',
  holes: [1, , 3], sparse: Object.assign([], { 1000: 'far' }), nested: [[[]]],
  both: [shared, shared], bare: Object.create(null, { x: { value: 1 } }),
};
values.itself = values;
const frozen = Object.freeze({ x: 1 }), sealed = Object.seal({ x: 1 });
const boxed = [Object(1), Object('s'), Object(2n), Object(Symbol('b'))];
// --- frozen here ---
console.log(Object.keys(values).join());
console.log(Object.is(values.zero, -0), Number.isNaN(values.nan), values.undefined === undefined);
console.log(values.huge, values.tiny, values.integer, values.latin, values.wide, [values.empty]);
console.log(1 in values.holes, values.holes.length, values.sparse.length, values.sparse[1000]);
console.log(values.both[0] === values.both[1], values.both[0] === shared, values.itself === values);
console.log(Object.getPrototypeOf(values.bare), values.bare.x, 'toString' in values.bare);
console.log(Object.isFrozen(frozen), Object.isSealed(sealed), Object.isExtensible(sealed));
sealed.x = 2;
frozen.x = 2;
console.log(sealed.x, frozen.x, delete sealed.x);
boxed.map((box) => typeof box + ' ' + typeof box.valueOf()).join()
