// Values taken apart and put together: patterns, defaults, rest, spread, optional chaining.
const DEFAULTS = { width: 80, color: "black", margin: { top: 1, left: 2 }, tags: [] };

function settings({ width = 100, margin: { top = 0, left = 0 } = {}, tags: [first = "none", ...others] = [], ...rest } = {}) {
  return { width, top, left, first, others, extra: Object.keys(rest).length };
}

function reducer(state, { type, payload: { id, ...change } = {} }) {
  switch (type) {
    case "add":
      return { ...state, items: [...state.items, { id, done: false, ...change }] };
    case "change":
      return { ...state, items: state.items.map((item) => (item.id === id ? { ...item, ...change } : item)) };
    case "remove":
      return { ...state, items: state.items.filter((item) => item.id !== id), removed: state.removed + 1 };
    default:
      return state;
  }
}

const swap = ([a, b]) => [b, a];
const distance = ({ x: x1, y: y1 }, { x: x2, y: y2 }) => Math.abs(x1 - x2) + Math.abs(y1 - y2);
const largest = (first, ...others) => others.reduce((a, b) => (b > a ? b : a), first);

globalThis.run = function () {
  let result = 0;
  for (let i = 0; i < 5000; i++) {
    const { width, top, left, first, others, extra } = settings({
      ...DEFAULTS,
      width: i % 2 ? i : undefined,
      tags: i % 3 ? [`t${i % 10}`, "b", "c"] : [],
      ["key" + (i % 4)]: i,
    });
    result += width + top + left + first.length + others.length + extra;
  }

  let state = { items: [], removed: 0 };
  for (let i = 0; i < 500; i++) {
    state = reducer(state, { type: "add", payload: { id: i, title: `item ${i}` } });
    state = reducer(state, { type: "change", payload: { id: i - 5, done: true } });
    if (i >= 15) state = reducer(state, { type: "remove", payload: { id: i - 15 } });
    state = reducer(state, { type: "unknown" });
  }
  const [{ id: oldest }, , { title }, ...later] = state.items;
  result += oldest + title.length + later.filter(({ done }) => done).length * 100 + state.removed;

  let pair = [1, 2];
  for (let i = 0; i < 5000; i++) {
    pair = swap(pair);
    const [a, b] = pair;
    result += distance({ x: a, y: i }, { x: i, y: b }) % 7;
    result += largest(...pair, i % 5, 3);
  }

  const users = Array.from({ length: 1000 }, (_, i) => ({ name: `u${i}`, address: i % 2 ? { city: { zip: i } } : null }));
  for (const { name, address } of users) result += address?.city?.zip ?? name.length;
  for (const [index, { name: { length } }] of users.entries()) result += index % 3 ? length : 0;
  for (const [key, value] of Object.entries({ ...users[0], ...users[1] })) result += key.length + (value?.city?.zip ?? 0);
  return result;
};
