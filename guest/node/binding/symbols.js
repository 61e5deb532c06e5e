() => new Proxy({ __proto__: null }, { __proto__: null, ownKeys: () => [], get: (known, name) => (known[name] ??= Symbol(name)) });
