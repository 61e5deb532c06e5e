// Functions that wait are frames of a stack, as in V8. They have cost nothing before the error is made.
const where = (e) => e.stack.trim().split('\n').map((l) => l.trim().replace(/^at /, '').replace('awaits.js', '')).join(' | ');
const tick = () => new Promise((r) => Promise.resolve().then(r));
async function thrower(n = 3) { for (let i = 0; i < n; i++) await tick(); throw new Error('x') }
async function test(name, f) { try { await f() } catch (e) { console.log(name, where(e.errors?.[0] ?? e)); } }
async function mid() { await tick(); const v = await thrower(); return v }
(async function main() {
await test('plain', mid);
await test('sync', () => thrower(0));
await test('return', async function ret() { await null; return thrower() });
await test('all', async function all() { await Promise.all([tick(), thrower()]) });
await test('any', async function any() { await Promise.any([thrower()]) });
await test('settled', async function settled() { const [r] = await Promise.allSettled([mid()]); throw r.reason });
await test('race', async function race() { await Promise.race([thrower()]) });
await test('then', async function then() { await tick().then(() => thrower()) });
await test('thencb', async function thencb() { await tick().then(() => { throw new Error('y') }) });
async function* gen() { yield 1; await tick(); await thrower(); }
await test('gen', async function forawait() { for await (const x of gen()) {
   x; } });
await test('gennext', async function gennext() { const g = gen(); await g.next(); await g.next() });
async function* outer() { yield* gen() }
await test('star', async function star() { for await (const x of outer()) x });
await test('arrow', async () => { await tick(); await thrower() });
class K { async m() { await thrower() } static async s() { await new K().m() } }
await test('method', () => K.s());
await test('finally', async function fin() { await thrower().finally(() => {}) });
await test('catch', async function c() { await thrower().catch((e) => { throw e }) });
await test('two', async function two() { const p = thrower(); p.catch(() => {}); await p });
await test('thenable', async function th() { await { then(r) { null.x } } });
await test('fromsync', async function fs() { for await (const x of [tick(), thrower()]) x });
await test('engine', async function en() { await tick(); null.x });
await test('nested', async function ne() { await (async () => { await tick(); (() => { throw new Error('z') })() })() });
async function deep(n) { if (n) await deep(n - 1); else { await tick(); throw new Error('deep') } }
await test('deep', () => deep(20));
await test('ctor', async function ct() { await new Promise((res, rej) => { tick().then(() => rej(new Error('q'))) }) });
Error.prepareStackTrace = (e, f) => f.map(s => '    at ' + [s.getFunctionName(), s.getLineNumber(), s.isAsync(), s.getPromiseIndex()].join()).join('\n');
await test('all', async function all() { await Promise.all([tick(), thrower()]) });
})();
