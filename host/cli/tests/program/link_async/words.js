let produced = 0;
let ended = "no";
const gates = new Map();

class Log {
  #name;
  #lines = [];
  constructor(name) {
    this.#name = name;
  }
  async write(lines) {
    for await (const line of lines) this.#lines.push(`${this.#name}: ${line}`);
    return this.#lines.length;
  }
  async read() {
    return this.#lines;
  }
}

export const words = {
  Log,
  upper: (text) => text.toUpperCase(),
  async add(a, b) {
    await undefined;
    return a + b;
  },
  async lookup(word) {
    if (word === "x") throw new Error("no such word: x");
    return word.length.toString();
  },
  async sum(chunks) {
    let sum = 0n;
    for await (const chunk of chunks) for (const byte of chunk) sum += BigInt(byte);
    return sum;
  },
  async names(items) {
    const names = [];
    for await (const { id, name } of items) names.push(`${id} ${name}`);
    return names;
  },
  async first(items) {
    for await (const { name } of items) return name;
    return "";
  },
  async units(units) {
    let count = 0;
    for await (const unit of units) count += unit === undefined ? 1 : 1000;
    return count;
  },
  numbers: async (count) => (async function* () {
    produced = 0;
    try {
      for (let i = 0; i < count; i++) {
        produced++;
        yield i;
      }
    } finally {
      ended = "yes";
    }
  })(),
  bytes: async (count) => (function* () {
    for (let left = count; left > 0; left -= 100_000) yield new Uint8Array(Math.min(left, 100_000)).fill(7);
  })(),
  items: async (count) => {
    const done = Promise.withResolvers();
    const items = (function* () {
      for (let id = 0; id < count; id++) yield { id, name: `n${id}` };
      if (count > 2) done.reject(new Error("too many"));
      else done.resolve(count);
    })();
    return [items, done.promise];
  },
  double: async (value) => value.then((value) => value * 2),
  settled: (value) => value.then((value) => `ok ${value}`, (error) => `error ${error.payload}`),
  async measure(source) {
    if (source.tag === "none") return 0;
    let size = 0;
    for await (const chunk of source.val) size += chunk.length;
    return size;
  },
  forward: async (chunks) => chunks,
  produced: () => produced,
  ended: () => ended,
  open: (name) => gates.get(name)?.resolve(`${name} is open`),
  gate: (name) => {
    gates.set(name, Promise.withResolvers());
    return gates.get(name).promise;
  },
  async spin() {
    for (;;);
  },
  async refuse() {
    throw new Error("refused");
  },
};
