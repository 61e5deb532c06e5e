let a = [];
const outer = a;
for (let i = 0; i < 100_000; i++) { const b = []; a.push(b); a = b; }
outer.flat(Infinity);
