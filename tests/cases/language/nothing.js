// What was read or written, and of what, as V8 says it.
const a = { n: null, b: {} };
let u;
for (const f of [
  () => null.x.y, () => undefined.foo(), () => a.b.c.d, () => a.b.c.d(), () => a.b.c[0], () => a.n['k'], () => a.b.c[Symbol.iterator],
  () => a.b.c[Symbol.toStringTag], () => { a.b.c.d = 1 }, () => { a.n[3] = 1 }, () => [...u], () => { const [x] = a.n }, () => { for (const x of u); },
  () => u?.x.y ?? a.n.q, () => u.x++, () => { u.x += 1 }, () => new Set(u.x), () => a.b.c`x`, () => u['long '.repeat(20)],
]) {
  try { f() } catch (e) { console.log(`${f}`.slice(6), '->', `${e}`) }
}
