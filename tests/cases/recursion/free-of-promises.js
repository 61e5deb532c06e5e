let p = Promise.resolve();
for (let i = 0; i < 100_000; i++) p = p.then(() => {});
p = null;
let w = new WeakRef({});
for (let i = 0; i < 100_000; i++) w = new WeakRef(w);
throw new RangeError();
