// Keys are made when a value is put, as ECMAScript 2025 says.
const log = [];
const note = (name, value) => { log.push(name); return value };
const key = (name) => ({ toString: () => note(`${name} as key`, name) });
const show = (f) => { log.length = 0; try { f() } catch (e) { log.push(`${e}`) } console.log(log.join(', ')) };
const o = {};
show(() => { note('object', o)[note('key', key('k'))] = note('value', 1) });
show(() => { note('object', null)[note('key', key('k'))] = note('value', 1) });
show(() => { note('object', o)[note('key', key('k'))] += note('value', 1) });
show(() => { [note('object', o)[note('key', key('k'))]] = note('source', [1]) });
show(() => { ({ [note('from', key('f'))]: note('object', o)[note('key', key('k'))] } = { get f() { return note('get', 1) } }) });
show(() => { ({ [note('name', key('n'))]: note('value', 1) }) });
show(() => { for (note('object', o)[note('key', key('k'))] of [1, 2]); });
show(() => { class A { static [note('name', key('n'))] = note('value', 1) } });
const array = [];
for (let i = 0; i < 3; i++) array[i] = array[i * 2] = i;
console.log(JSON.stringify(array), JSON.stringify(o));
