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
