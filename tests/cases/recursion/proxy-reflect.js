const forward = { get: (o, k, r) => Reflect.get(o, k, r), has: (o, k) => Reflect.has(o, k) };
let p = {};
for (let i = 0; i < 50_000; i++) p = new Proxy(p, forward);
p.x;
