const registry = new FinalizationRegistry((name) => console.log('gone:', name));
const track = (name, target) => { registry.register(target, name); return target };
let kept = { name: 'kept' };
const token = {};
registry.register(kept, 'kept', token);
const refs = [new WeakRef(kept)];
{
  const cycle = track('cycle', {});
  cycle.self = { cycle };
  refs.push(new WeakRef(cycle));
}
refs.map((ref) => ref.deref() !== undefined)
// ---
const map = new WeakMap(), set = new WeakSet();
let key = track('key', {});
map.set(key, track('value', { back: key }));
set.add(key);
map.set(kept, 'by kept');
[map.has(key), set.has(key), map.get(kept)]
// ---
key = null;
refs.map((ref) => ref.deref())
// ---
registry.unregister(token);
kept = null;
for (let i = 0; i < 1000; i++) map.set({ i }, [i]);
refs.map((ref) => ref.deref())
// ---
const graph = [];
for (let i = 0; i < 20; i++) graph.push(track(`node ${i}`, { links: [] }));
graph.forEach((node, i) => node.links.push(graph[(i * 7) % 20], graph[(i * 3 + 1) % 20]));
const held = graph[3];
graph.length = 0;
held.links.length
// ---
held.links.length = 0;
'cut'
// ---
'the end'
