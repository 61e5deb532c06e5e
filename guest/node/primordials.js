// The object that Node.js's modules call `primordials`: built-in functions by names such as
// `ArrayPrototypePush`, whose first argument is the receiver. Each is made when a module first asks for
// it. Node.js makes all of them when it starts, so that later changes by scripts do not matter.
() => {
  const { apply, bind, call } = Function.prototype;
  const uncurryThis = bind.bind(call);
  const applyBind = bind.bind(apply);
  const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf, freeze } = Object;
  const { ownKeys } = Reflect;

  const TypedArray = getPrototypeOf(Uint8Array);
  const holders = {
    __proto__: null,
    Proxy, globalThis,
    TypedArray,
    ArrayIterator: { prototype: getPrototypeOf([][Symbol.iterator]()) },
    StringIterator: { prototype: getPrototypeOf(""[Symbol.iterator]()) },
    MapIterator: { prototype: getPrototypeOf(new Map().entries()) },
    SetIterator: { prototype: getPrototypeOf(new Set().entries()) },
    Iterator: globalThis.Iterator ?? { prototype: getPrototypeOf(getPrototypeOf([][Symbol.iterator]())) },
    AsyncIterator: { prototype: getPrototypeOf(getPrototypeOf(async function* () {}).prototype) },
  };
  const names = [
    "AggregateError", "Array", "ArrayBuffer", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean",
    "DataView", "Date", "Error", "EvalError", "FinalizationRegistry", "Float16Array", "Float32Array",
    "Float64Array", "Function", "Int16Array", "Int32Array", "Int8Array", "Map", "Number", "Object", "Promise",
    "RangeError", "ReferenceError", "RegExp", "Set", "SharedArrayBuffer", "String", "SuppressedError",
    "Symbol", "SyntaxError", "TypeError", "URIError", "Uint16Array", "Uint32Array", "Uint8Array",
    "Uint8ClampedArray", "WeakMap", "WeakRef", "WeakSet", "DisposableStack", "AsyncDisposableStack",
    "Atomics", "JSON", "Math", "Proxy", "Reflect",
  ];
  for (const name of names) holders[name] ??= globalThis[name];
  // The longest first: `ArrayBufferIsView` is not of `Array`.
  const prefixes = Object.keys(holders).sort((a, b) => b.length - a.length);
  const namespaces = new Set(["JSON", "Math", "Reflect", "Atomics", "Proxy"]);

  const keyOf = (holder, name) => {
    if (name.startsWith("Symbol") && name.length > 6) {
      const symbol = Symbol[name[6].toLowerCase() + name.slice(7)];
      if (typeof symbol === "symbol") return symbol;
    }
    const key = name[0].toLowerCase() + name.slice(1);
    return key in holder ? key : name in holder ? name : undefined;
  };
  const accessor = (holder, name) => {
    const kind = name.slice(0, 3) === "Get" ? "get" : name.slice(0, 3) === "Set" ? "set" : undefined;
    if (kind === undefined || name.length === 3) return undefined;
    const key = keyOf(holder, name.slice(3));
    if (key === undefined) return undefined;
    const found = getOwnPropertyDescriptor(holder, key)?.[kind];
    return found && uncurryThis(found);
  };

  const find = (name) => {
    if (name in holders) return holders[name];
    for (const prefix of prefixes) {
      if (!name.startsWith(prefix)) continue;
      const holder = holders[prefix];
      if (holder === undefined) continue;
      let rest = name.slice(prefix.length);
      if (rest === "Prototype") return holder.prototype;
      const isMethod = rest.startsWith("Prototype");
      const object = isMethod ? holder.prototype : holder;
      if (isMethod) rest = rest.slice("Prototype".length);
      const got = accessor(object, rest);
      if (got) return got;
      let key = keyOf(object, rest);
      let isApply = false;
      if (key === undefined && rest.endsWith("Apply")) {
        key = keyOf(object, rest.slice(0, -5));
        isApply = key !== undefined;
      }
      if (key === undefined) continue;
      const descriptor = getOwnPropertyDescriptor(object, key);
      if (descriptor !== undefined && !("value" in descriptor)) return descriptor.get;
      const value = object[key];
      if (typeof value !== "function") return value;
      if (isMethod) return isApply ? applyBind(value) : uncurryThis(value);
      if (isApply) return applyBind(value, object);
      return namespaces.has(prefix) || prefix !== "Promise" ? value : value.bind(object);
    }
    return undefined;
  };

  // Copies of classes without what scripts do to the originals.
  const copyProps = (source, target) => {
    for (const key of ownKeys(source)) {
      if (!Object.hasOwn(target, key)) {
        defineProperty(target, key, { __proto__: null, ...getOwnPropertyDescriptor(source, key) });
      }
    }
  };
  const createSafeIterator = (factory, next) => {
    class SafeIterator {
      constructor(iterable) {
        this._iterator = factory(iterable);
      }
      next() {
        return next(this._iterator);
      }
      [Symbol.iterator]() {
        return this;
      }
    }
    setPrototypeOf(SafeIterator.prototype, null);
    freeze(SafeIterator.prototype);
    freeze(SafeIterator);
    return SafeIterator;
  };
  const makeSafe = (unsafe, safe) => {
    if (Symbol.iterator in unsafe.prototype) {
      const dummy = new unsafe();
      for (const key of ownKeys(unsafe.prototype)) {
        if (Object.hasOwn(safe.prototype, key)) continue;
        const descriptor = getOwnPropertyDescriptor(unsafe.prototype, key);
        if (typeof descriptor.value === "function" && descriptor.value.length === 0 &&
            Symbol.iterator in (descriptor.value.call(dummy) ?? {})) {
          const create = uncurryThis(descriptor.value);
          const next = uncurryThis(create(dummy).next);
          const SafeIterator = createSafeIterator(create, next);
          descriptor.value = function () {
            return new SafeIterator(this);
          };
        }
        defineProperty(safe.prototype, key, { __proto__: null, ...descriptor });
      }
    } else {
      copyProps(unsafe.prototype, safe.prototype);
    }
    copyProps(unsafe, safe);
    setPrototypeOf(safe.prototype, null);
    freeze(safe.prototype);
    freeze(safe);
    return safe;
  };
  const promise = (value) => new Promise((resolve, reject) => Promise.prototype.then.call(Promise.resolve(value), resolve, reject));
  const mapped = (list, map) => Array.from(list, (value, index) => (map ? map(value, index) : value));
  const lazy = {
    __proto__: null,
    makeSafe: () => makeSafe,
    SafeMap: () => makeSafe(Map, class SafeMap extends Map { constructor(i) { super(i); } }),
    SafeWeakMap: () => makeSafe(WeakMap, class SafeWeakMap extends WeakMap { constructor(i) { super(i); } }),
    SafeSet: () => makeSafe(Set, class SafeSet extends Set { constructor(i) { super(i); } }),
    SafeWeakSet: () => makeSafe(WeakSet, class SafeWeakSet extends WeakSet { constructor(i) { super(i); } }),
    SafeFinalizationRegistry: () =>
      makeSafe(FinalizationRegistry, class SafeFinalizationRegistry extends FinalizationRegistry { constructor(c) { super(c); } }),
    SafeWeakRef: () => makeSafe(WeakRef, class SafeWeakRef extends WeakRef { constructor(t) { super(t); } }),
    SafePromise: () => makeSafe(Promise, class SafePromise extends Promise { constructor(e) { super(e); } }),
    SafeArrayIterator: () => createSafeIterator(primordials.ArrayPrototypeSymbolIterator, primordials.ArrayIteratorPrototypeNext),
    SafeStringIterator: () => createSafeIterator(primordials.StringPrototypeSymbolIterator, primordials.StringIteratorPrototypeNext),
    SafePromisePrototypeFinally: () => (self, onFinally) =>
      new Promise((a, b) => new primordials.SafePromise((a, b) => self.then(a, b)).finally(onFinally).then(a, b)),
    SafePromiseAll: () => (list, map) => promise(Promise.all(mapped(list, map))),
    SafePromiseAllReturnArrayLike: () => (list, map) => promise(Promise.all(mapped(list, map))),
    SafePromiseAllReturnVoid: () => (list, map) => promise(Promise.all(mapped(list, map))).then(() => {}),
    SafePromiseAllSettled: () => (list, map) => promise(Promise.allSettled(mapped(list, map))),
    SafePromiseAllSettledReturnVoid: () => (list, map) => promise(Promise.allSettled(mapped(list, map))).then(() => {}),
    SafePromiseAny: () => (list, map) => promise(Promise.any(mapped(list, map))),
    SafePromiseRace: () => (list, map) => promise(Promise.race(mapped(list, map))),
    hardenRegExp: () => (pattern) => pattern,
    SafeStringPrototypeSearch: () => (text, pattern) => {
      pattern.lastIndex = 0;
      return pattern.exec(text)?.index ?? -1;
    },
    AsyncIteratorPrototype: () => holders.AsyncIterator.prototype,
    IteratorPrototype: () => holders.Iterator.prototype,
    PromisePrototypeThen: () => uncurryThis(Promise.prototype.then),
    queueMicrotask: () => queueMicrotask,
    encodeURIComponent: () => encodeURIComponent,
    encodeURI: () => encodeURI,
    decodeURIComponent: () => decodeURIComponent,
    decodeURI: () => decodeURI,
    escape: () => escape,
    unescape: () => unescape,
    eval: () => eval,
  };
  const known = { __proto__: null, uncurryThis, applyBind, globalThis };
  const primordials = new Proxy(known, {
    __proto__: null,
    get(known, name) {
      if (name in known || typeof name !== "string") return known[name];
      const make = lazy[name];
      return (known[name] = make ? make() : find(name));
    },
  });
  return primordials;
};
