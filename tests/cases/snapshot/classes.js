class Base {
  static #count = 0;
  static { this.kind = 'base'; }
  #secret;
  field = this.constructor.name;
  constructor(secret) { this.#secret = secret; Base.#count++; }
  get secret() { return this.#secret; }
  set secret(to) { this.#secret = `set ${to}`; }
  #method() { return `private ${this.#secret}`; }
  call() { return this.#method(); }
  static get count() { return Base.#count; }
  static has(x) { return #secret in x; }
  static *[Symbol.iterator]() { yield* [1, 2]; }
}
class Derived extends Base {
  static kind = super.kind + ' derived';
  constructor(...args) { super(...args); this.extra = new.target.name; }
  call() { return `derived ${super.call()}`; }
  get secret() { return super.secret.toUpperCase(); }
}
class Names extends Array { total() { return this.length; } }
const base = new Base('b'), derived = new Derived('d'), names = Names.of('x', 'y');
// --- frozen here ---
console.log(base.secret, derived.secret, base.call(), derived.call());
base.secret = 'new';
console.log(base.secret, base.call(), Base.count, new Derived('e').secret, Base.count);
console.log(Base.has(derived), Base.has({}), Base.kind, Derived.kind, [...Derived]);
console.log(derived.field, derived.extra, derived instanceof Base, Derived.__proto__ === Base);
class Later extends Derived { call() { return `later ${super.call()}`; } }
console.log(new Later('l').call(), new Later('m').field);
console.log(names.map((n) => n + n).total(), names.filter(Boolean) instanceof Names);
try {
  Base.prototype.call.call({});
} catch (error) {
  console.log(error.name);
}
Object.getOwnPropertyNames(Derived.prototype).join()
