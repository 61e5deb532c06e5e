// A proxy is asked again before each access; what is gone meanwhile is an error in strict code.
const log = [];
const proxy = new Proxy({ p: 1 }, {
  has(o, key) { log.push(`has ${String(key)}`); return key in o },
  get(o, key) { log.push(`get ${String(key)}`); return o[key] },
  set(o, key, value) { log.push(`set ${String(key)}`); o[key] = value; return true },
});
const show = (f) => { log.length = 0; try { log.push(f()) } catch (e) { log.push(`${e}`) } console.log(log.join(', ')) };
with (proxy) {
  show(() => p);
  show(() => { p = 2 });
  show(() => { p += 1 });
  show(() => typeof p);
  show(() => p++);
}
const fleeting = { x: 1, get [Symbol.unscopables]() { delete this.x } };
with (fleeting) {
  show(() => { 'use strict'; return x });
  fleeting.x = 1;
  show(() => { 'use strict'; x = 2 });
}
console.log(Object.keys(fleeting).join());
with ({ f() { return this.y }, y: 'method' }) show(() => f());
// A pattern finds its variables before it reads their values.
{
  const log = [];
  const seen = new Proxy({}, { has(o, key) { if (key !== 'log') log.push(`has ${String(key)}`); return false } });
  const source = { get p() { log.push('get p') }, get q() { log.push('get q') }, r: 1 };
  const values = { [Symbol.iterator]: () => ({ next() { log.push('next'); return { done: false } }, return: () => ({}) }) };
  const key = { toString() { log.push('key'); return 'p' } };
  var a, b, c, d, rest;
  with (seen) {
    var { [key]: a = 1, q: b, ...rest } = source;
    var [c = 2, d] = values;
    for (var { r: a } of [source]);
  }
  console.log(log.join(', '), [a, b, c, d, rest]);
}
// "NaN" is no property of an object with a typed array behind it, as "1.5" is none.
{
  const object = Object.create(new Int32Array(1));
  object.NaN = object['1.5'] = object['-0'] = object.Infinity = 1;
  object.nan = object['-NaN'] = object['NaN '] = object['+1'] = 2;
  console.log(Object.keys(object), Reflect.has(object, 'NaN'), object.NaN);
  const array = new Int32Array(1);
  array.NaN = 1;
  console.log(Object.keys(array), Reflect.defineProperty(array, 'NaN', { value: 1 }), delete array.NaN);
}
