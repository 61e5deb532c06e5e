// What is alive stays; what dies later is reported, even if only a collection finds it.
const registry = new FinalizationRegistry((name) => gone.push(name));
const gone = [];
let strong = { name: 'strong' }, counted = {}, cycle = {};
cycle.self = cycle;
const token = {};
registry.register(strong, 'strong');
registry.register(counted, 'counted');
registry.register(cycle, 'cycle');
registry.register(token, 'unregistered', token);
const refs = { strong: new WeakRef(strong), counted: new WeakRef(counted), cycle: new WeakRef(cycle) };
const map = new WeakMap([[strong, 'of strong'], [counted, { back: counted }]]);
const set = new WeakSet([strong, cycle]);
const symbol = Symbol('weak key');
map.set(symbol, 'of a symbol');
// --- frozen here ---
console.log(refs.strong.deref() === strong, refs.counted.deref() === counted, refs.cycle.deref() === cycle);
console.log(map.get(strong), map.get(counted).back === counted, map.get(symbol), map.has({}));
console.log(set.has(strong), set.has(cycle), set.has(counted));
registry.unregister(token);
counted = cycle = null;
map.set({}, 'garbage');
(async () => {
  await ask('collect');
  console.log(gone.sort().join());
  console.log(refs.strong.deref().name, refs.counted.deref(), refs.cycle.deref());
  console.log(map.get(strong), set.has(strong));
})();
gone.length
