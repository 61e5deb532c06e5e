// Iterators of maps and sets: what they still give. They are not advanced.
const map = new Map([["a", 1], ["b", { c: 2 }]]);
const keys = map.keys();
console.log(keys, keys.next().value, keys, keys.next().value);
console.log(keys, keys.next().done, keys);
console.log(map.entries(), map.values(), map[Symbol.iterator]());
const set = new Set([1, [2]]);
console.log(set.values(), set.keys(), set.entries());
console.log({ a: { b: { c: map.keys() } } }, [map.values()]);

// Entries that go while an iterator is on them, and that come.
const live = new Map([[1, 1], [2, 2], [3, 3]]);
const iterator = live.keys();
iterator.next();
live.delete(1);
live.delete(2);
console.log(iterator);
live.set(4, 4);
console.log(iterator, [...iterator], iterator);

const long = new Map(Array.from({ length: 120 }, (_, index) => [index, index]));
console.log(long.keys());
const extra = map.keys();
extra.name = "with a property";
console.log(extra, new (class Named extends Map {})([[1, 2]]).keys());
const circular = new Map();
circular.set("self", circular.values());
console.log(circular.keys(), [...circular.values()][0]);
