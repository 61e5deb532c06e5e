class Animal {
  #name;
  static made = 0;
  constructor(name) { this.#name = name; Animal.made++ }
  get name() { return this.#name }
  static is(x) { return #name in x }
}
class Dog extends Animal { speak() { return super.name + ' barks' } }
const rex = new Dog('rex');
rex
// ---
for (let i = 0; i < 300; i++) rex['property' + i] = i;
for (let i = 0; i < 300; i += 2) delete rex['property' + i];
[Object.keys(rex).length, rex.speak(), Animal.is(rex), Animal.is({}), Animal.made]
// ---
const ordered = new Map();
for (let i = 0; i < 500; i++) ordered.set(i % 2 ? i : `key ${i}`, i);
for (const key of [...ordered.keys()].slice(0, 450)) ordered.delete(key);
[...ordered].slice(0, 3)
// ---
const proxy = new Proxy(rex, { get: (target, key) => key in target ? Reflect.get(target, key) : `no ${String(key)}` });
const tag = Symbol('tag');
rex[tag] = 12345678901234567890n ** 5n;
[proxy.property1, proxy.missing, rex[tag]]
// ---
const pattern = /(?<year>\d{4})-(?<month>\d\d)/gy, text = '2024-012025-02';
pattern.exec(text).groups.year
// ---
[pattern.exec(text).groups.month, pattern.exec(text), double(21)]
// ---
const made = eval('(function made(x) { return x ? [x, made(x - 1)] : typeof made })');
made(3)
