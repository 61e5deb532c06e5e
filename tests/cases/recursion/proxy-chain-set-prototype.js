let p = {};
for (let i = 0; i < 200_000; i++) p = new Proxy(p, {});
Object.setPrototypeOf(p, null);
