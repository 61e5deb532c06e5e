// `for await` closes an iterator that it leaves, but none that fails itself.
const P = console.log;
(async () => { for (const [n, next] of [['reject', () => Promise.reject(1)], ['throw', () => { throw 1 }], ['nonobj', () => 5], ['rejobj', async () => 5], ['getdone', async () => ({ get done() { throw 2 } })], ['getvalue', async () => ({ done: false, get value() { throw 2 } })], ['body', async () => ({ done: false, value: 5 })], ['destr', async () => ({ done: false, value: { get x() { throw 7 } } })]]) {
  let r = 0;
  try { for await (const { x } of { [Symbol.asyncIterator]() { return { next, return() { r++; return {} } } } }) throw 3 } catch (e) { P(n, String(e).slice(0, 9), r) }
} })();
// A promise of a synchronous iterator that is rejected closes this; nothing that is done is closed.
(async () => {
  for (const done of [false, true]) {
    let returned = 0;
    const sync = { [Symbol.iterator]: () => ({ next: () => ({ value: Promise.reject(9), done }), return() { returned++; return {} } }) };
    try { for await (const x of sync) P(x) } catch (e) { P('sync', done, e, returned) }
  }
})();
