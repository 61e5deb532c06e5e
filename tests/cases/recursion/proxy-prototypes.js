let p = {};
for (let i = 0; i < 50_000; i++) p = Object.create(new Proxy(p, {}));
p.x;
