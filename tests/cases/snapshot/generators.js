// Suspended in a loop, in `try`, in `yield*` and between destructured parts.
const log = [];
function* count(from) {
  try {
    for (let i = from; ; i++) {
      const sent = yield i;
      if (sent) log.push(`${from} got ${sent}`);
    }
  } catch (error) {
    log.push(`${from} caught ${error}`);
    yield 'caught';
  } finally {
    log.push(`${from} finally`);
  }
}
function* delegate() {
  const result = yield* (function* () { yield 'inner'; return 'result' })();
  yield result;
}
const a = count(1), b = count(10), c = count(100), d = delegate(), unstarted = count(7);
for (const generator of [a, a, a, b, c, d]) generator.next('first');
const array = [1, 2, 3].values(), string = 'a😀b'[Symbol.iterator]();
const matches = 'a1b22c333'.matchAll(/\d+/g), lazy = count(0).map((x) => x * x).take(4);
[array, string, matches, lazy].map((iterator) => iterator.next());
// --- frozen here ---
console.log(a.next('hello').value, b.next().value);
console.log(a.throw('error').value, a.next().done);
console.log(b.return('early').value, b.next().done);
console.log(d.next().value, d.next().done);
console.log(unstarted.next().value, unstarted.next('there').value);
console.log([...array].join(), [...string].join(), [...matches].join(), [...lazy].join());
console.log(c.next().value);
log.join('; ')
