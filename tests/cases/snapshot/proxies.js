const log = [];
const handler = {
  get: (target, key, receiver) => { log.push(`get ${String(key)}`); return Reflect.get(target, key, receiver) },
  set(target, key, value) { log.push(`set ${key}`); target[key] = value * 2; return true },
  has: (_, key) => key.startsWith('virtual'),
  ownKeys: () => ['x', 'virtual'],
  getOwnPropertyDescriptor: (_, key) => ({ value: key, enumerable: true, configurable: true }),
};
const target = { x: 1, get self() { return this === proxy } };
const proxy = new Proxy(target, handler);
const callable = new Proxy(function f(a) { return a }, { apply: (f, _, args) => f(...args) + 1, construct: () => ({ made: true }) });
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
const list = new Proxy([1, 2, 3], {});
const heir = Object.create(proxy);
proxy.x;
// --- frozen here ---
proxy.y = 21;
console.log(proxy.x, target.y, proxy.self, 'virtual one' in proxy, 'x' in proxy);
console.log(Object.keys(proxy).join(), heir.x, callable(1), new callable().made);
console.log(Array.isArray(list), list.length, list.map((x) => x + 1).join());
handler.get = () => 'replaced';
console.log(proxy.anything);
revoke();
try {
  revoked.x;
} catch (error) {
  console.log(error.name);
}
log.join()
