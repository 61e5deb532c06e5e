function* count(to) {
  try {
    for (let i = 1; i <= to; i++) {
      const sent = yield i;
      if (sent) i += sent;
    }
    return 'end';
  } finally {
    console.log('finally of', to);
  }
}
const one = count(10), two = count(3);
one.next()
// ---
function* both() {
  const inner = yield* two;
  yield inner;
  yield* [one.next(2).value, one.next().value];
}
const all = both();
[all.next(), all.next()]
// ---
const entries = new Map([[1, 'a'], [2, 'b'], [3, 'c']]);
const walk = entries.entries();
walk.next().value
// ---
entries.delete(2);
entries.set(4, 'd');
[all.next().value, all.next().value, walk.next().value]
// ---
const rest = [...all];
[rest, [...walk], one.return('early')]
// ---
const lazy = Iterator.from(count(5)).map((x) => x * x).filter((x) => x % 2);
lazy.next()
// ---
[lazy.next(), lazy.next(), lazy.next()]
