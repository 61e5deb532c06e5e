function* numbers() {
  const seen = new Map();
  for (let n = 1; ; n++) {
    seen.set(n, `${n}`.repeat(n));
    const sent = yield [...seen.values()].join("-");
    if (sent) n = sent;
  }
}
const counter = numbers();
counter.next();
export const next = (value) => counter.next(value).value;
next();
