// Maps and sets: counting words, an index by number, a cache, a graph, sets of numbers.
function random(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

class Cache {
  #entries = new Map();
  hits = 0;

  constructor(size) {
    this.size = size;
  }

  get(key, make) {
    let value = this.#entries.get(key);
    if (value === undefined) {
      value = make(key);
      if (this.#entries.size >= this.size) this.#entries.delete(this.#entries.keys().next().value);
    } else {
      this.hits++;
      this.#entries.delete(key);
    }
    this.#entries.set(key, value);
    return value;
  }
}

function reachable(edges, start) {
  const seen = new Set([start]);
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    for (const next of edges.get(queue[at]) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
}

globalThis.run = function () {
  const next = random(7);
  const counts = new Map();
  for (let i = 0; i < 12000; i++) {
    const word = `word${next(500)}`;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

  const users = new Map();
  for (let id = 1; id <= 1200; id++) users.set(id, { id, age: next(90) });
  let ages = 0;
  for (let i = 0; i < 5000; i++) ages += users.get(1 + next(1200)).age;

  const cache = new Cache(100);
  let squares = 0;
  for (let i = 0; i < 4000; i++) squares += cache.get(next(150), (key) => key * key);

  const edges = new Map();
  for (let i = 0; i < 1500; i++) {
    const from = `v${next(600)}`;
    if (!edges.has(from)) edges.set(from, new Set());
    edges.get(from).add(`v${next(600)}`);
  }
  const seen = reachable(edges, "v1");

  const even = new Set();
  const third = new Set();
  for (let i = 0; i < 1500; i++) {
    even.add(i * 2);
    third.add(i * 3);
  }
  let both = 0;
  for (const number of even) if (third.has(number)) both++;
  even.forEach((number) => number % 5 === 0 && even.delete(number));

  return [most.join(":"), ages, cache.hits, squares, seen.size, both, even.size].join(" ");
};
