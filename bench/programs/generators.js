// Generators and iterators: pipelines, delegation, two-way conversations, iterables of one's own.
function* count(from = 0) {
  for (let n = from; ; n++) yield n;
}

function* take(source, limit) {
  if (limit === 0) return;
  for (const value of source) {
    yield value;
    if (--limit === 0) return;
  }
}

function* filter(source, test) {
  for (const value of source) if (test(value)) yield value;
}

function* map(source, f) {
  for (const value of source) yield f(value);
}

function* zip(left, right) {
  const others = right[Symbol.iterator]();
  for (const value of left) {
    const other = others.next();
    if (other.done) return;
    yield [value, other.value];
  }
}

class Tree {
  constructor(value) {
    this.value = value;
    this.left = null;
    this.right = null;
  }

  insert(value) {
    const side = value < this.value ? "left" : "right";
    if (this[side] === null) this[side] = new Tree(value);
    else this[side].insert(value);
  }

  *[Symbol.iterator]() {
    if (this.left !== null) yield* this.left;
    yield this.value;
    if (this.right !== null) yield* this.right;
  }
}

class Range {
  constructor(start, end) {
    this.start = start;
    this.end = end;
  }

  [Symbol.iterator]() {
    let at = this.start;
    const end = this.end;
    return { next: () => (at < end ? { value: at++, done: false } : { value: undefined, done: true }) };
  }
}

function* mean() {
  let sum = 0;
  let seen = 0;
  let last = 0;
  while (true) {
    sum += yield last;
    last = sum / ++seen;
  }
}

function* permutations(list, size = list.length) {
  if (size <= 1) {
    yield list;
    return;
  }
  for (let i = 0; i < size; i++) {
    yield* permutations(list, size - 1);
    const other = size % 2 === 0 ? i : 0;
    [list[size - 1], list[other]] = [list[other], list[size - 1]];
  }
}

globalThis.run = function () {
  let result = 0;
  const odd = filter(count(1), (n) => n % 3 !== 0);
  for (const n of take(map(odd, (n) => n * n), 32000)) result = (result + n) % 1000003;

  const tree = new Tree(2000);
  for (let i = 0; i < 2000; i++) tree.insert((i * 379) % 4000);
  let position = 0;
  for (const value of tree) result += value * (position++ % 3);

  for (const [a, b] of zip(new Range(0, 14000), new Range(500, 32000))) result += b - a;

  const average = mean();
  average.next();
  let last = 0;
  for (let i = 0; i < 40000; i++) last = average.next(i).value;

  let permuted = 0;
  for (const list of permutations([1, 2, 3, 4, 5, 6, 7])) permuted += list[0] * 10 + list[6];

  const [first, , third, ...rest] = take(count(7), 30);
  return [result, last, permuted, first + third, rest.length, Math.max(...new Range(0, 300))].join(" ");
};
