// A small state, and what fills a heap as programs do: records in an array and a map, with strings,
// numbers, closures and sharing.
let count = 0;
globalThis.next = () => ++count;

globalThis.fill = (rows) => {
  const list = [];
  const index = new Map();
  for (let i = 0; i < rows; i++) {
    const id = (i * 2654435761) % 4294967296;
    const row = {
      id,
      name: `item ${i} of ${id.toString(36)}`,
      price: (id % 10007) / 100,
      tags: [`a${id % 17}`, `b${id % 31}`],
      seen: id % 3 === 0,
      again: () => i,
    };
    list.push(row);
    if (i % 4 === 0) index.set(row.name, row);
  }
  globalThis.heap = { list, index };
  return list.length;
};
