// What crosses the boundary: each thing with a function that gives it and one that takes it. What is
// taken is answered with a number that shows that it arrived.
const ITEMS = Array.from({ length: 2000 }, (_, i) => ({
  id: i,
  name: `item ${i}`,
  price: i / 4,
  sold: i % 3 === 0,
}));
globalThis.giveItems = () => ITEMS;
globalThis.takeItems = (items) => items.length + items[1999].price;

// Amounts with two decimals, which are kind to JSON.
const NUMBERS = Array.from({ length: 100000 }, (_, i) => ((i * 7919) % 100000) / 100);
globalThis.giveNumbers = () => NUMBERS;
globalThis.takeNumbers = (numbers) => numbers.length + numbers[99999];

const BUFFER = new Uint8Array(10000000).fill(7).buffer;
globalThis.giveBuffer = () => BUFFER;
globalThis.takeBuffer = (buffer) => buffer.byteLength;

// A tree of 200 levels. Each node has a value, two words, and one child.
let tree = null;
for (let i = 0; i < 200; i++) tree = { value: i, words: ["left", `leaf ${i}`], child: tree };
globalThis.giveTree = () => tree;
globalThis.takeTree = (node) => {
  let depth = 0;
  for (; node; node = node.child) depth++;
  return depth;
};

// 1,000 nodes, each with edges to three others: cycles and sharing everywhere.
const GRAPH = Array.from({ length: 1000 }, (_, i) => ({ name: `node ${i}`, edges: [] }));
GRAPH.forEach((node, i) => {
  for (const step of [1, 7, 100]) node.edges.push(GRAPH[(i + step) % 1000]);
});
globalThis.giveGraph = () => GRAPH[0];
globalThis.takeGraph = (start) => {
  let node = start;
  let steps = 0;
  do {
    node = node.edges[0];
    steps++;
  } while (node !== start && steps < 10000);
  return steps;
};

// Text: short, a page, and long; the last is no ASCII, and has pairs of surrogates.
const PAGE = "The quick brown fox jumps over the lazy dog. 0123456789 ".repeat(19).slice(0, 1024);
const WIDE = "Ελληνικά, русский, 日本語, café \u{1f600} ";
const TEXTS = {
  short: "ten bytes.",
  page: PAGE,
  long: PAGE.repeat(1024),
  wide: WIDE.repeat(Math.ceil((1 << 20) / WIDE.length)).slice(0, 1 << 20),
};
globalThis.giveShort = () => TEXTS.short;
globalThis.givePage = () => TEXTS.page;
globalThis.giveLong = () => TEXTS.long;
globalThis.giveWide = () => TEXTS.wide;
globalThis.takeText = (text) => text.length;
