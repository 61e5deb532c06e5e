// In the order of insertion, also for iterators that are under way.
const object = {}, map = new Map(), set = new Set();
for (const key of ['b', 'a', 1, '1', NaN, -0, object, undefined, null, 10n]) map.set(key, String(key));
for (let i = 0; i < 100; i++) set.add((i * 37) % 101);
for (let i = 0; i < 90; i++) set.delete((i * 37) % 101);
map.delete('a');
map.set('b', 'again');
map.set('a', 'last');
const entries = map.entries(), values = set.values();
entries.next();
entries.next();
values.next();
const seen = [];
const whole = new Map([[map, set]]);
// --- frozen here ---
console.log([...map.keys()].map(String).join(), map.size);
console.log(map.get(NaN), map.get(0), map.get(object), map.get(10n), map.get('1') === map.get(1));
map.delete('1');
map.set('new', 'n');
for (const [key] of entries) seen.push(String(key));
console.log(seen.join());
set.delete(5);
set.add('end');
console.log([...set].join());
console.log([...values].join());
console.log(whole.get(map) === set, whole.size);
[...map.values()].at(-1)
