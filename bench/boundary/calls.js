// Measures calls of the component `echo`: the same in a VM and in Node.js.
const ROUNDS = 5;
const ROUND = 100; // milliseconds at least

const text = (length) => "sixteen letters!".repeat(length / 16);

function same(is, should) {
  if (is !== should) throw new Error(`a call returned ${is} instead of ${should}`);
}

/** Each kind of call, and what it is tried with. */
function* kinds({ values, counters }) {
  yield ["number", () => same(values.echoU32(42), 42)];
  const short = text(16);
  yield ["string of 16 B", () => same(values.echoString(short), short)];
  const long = text(65536);
  yield ["string of 64 KiB", () => same(values.echoString(long).length, long.length)];
  const point = { x: 3, y: -4 };
  yield ["record", () => same(values.echoPoint(point).y, -4)];
  const numbers = Float64Array.from({ length: 10_000 }, (_, n) => n / 4);
  yield ["list of 10,000 numbers", () => same(values.echoF64s(numbers)[9_999], numbers[9_999])];
  const bytes = new Uint8Array(12_000_000).fill(7);
  yield ["12 MB of bytes", () => same(values.echoBytes(bytes).length, bytes.length)];
  const counter = new counters.Counter(0);
  let sum = 0;
  yield ["resource method", () => same(counter.add(1), (sum += 1))];
}

/** Nanoseconds per call in some rounds, by kind. */
export function measure(component) {
  const results = [];
  for (const [name, call] of kinds(component)) {
    const time = (count) => {
      const start = performance.now();
      for (let i = 0; i < count; i++) call();
      return performance.now() - start;
    };
    let count = 1;
    while (time(count) < ROUND / 4) count *= 2;
    count *= 4;
    results.push({ name, ns: Array.from({ length: ROUNDS }, () => (time(count) / count) * 1e6) });
  }
  return results;
}
