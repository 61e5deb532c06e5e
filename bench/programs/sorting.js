// Sorting with and without a function: numbers, strings, records by two keys, and by hand.
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function merge(left, right) {
  const result = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) result.push(left[i] <= right[j] ? left[i++] : right[j++]);
  while (i < left.length) result.push(left[i++]);
  while (j < right.length) result.push(right[j++]);
  return result;
}

function mergeSort(list) {
  if (list.length < 2) return list;
  const middle = list.length >> 1;
  return merge(mergeSort(list.slice(0, middle)), mergeSort(list.slice(middle)));
}

function heapSort(list) {
  const sift = (root, end) => {
    for (let child = 2 * root + 1; child < end; child = 2 * root + 1) {
      if (child + 1 < end && list[child] < list[child + 1]) child++;
      if (list[root] >= list[child]) return;
      [list[root], list[child]] = [list[child], list[root]];
      root = child;
    }
  };
  for (let root = (list.length >> 1) - 1; root >= 0; root--) sift(root, list.length);
  for (let end = list.length - 1; end > 0; end--) {
    [list[0], list[end]] = [list[end], list[0]];
    sift(0, end);
  }
  return list;
}

function digest(list) {
  let sum = 0;
  for (let i = 0; i < list.length; i++) sum = (sum * 31 + list[i]) % 1000000007;
  return sum;
}

globalThis.run = function () {
  const next = random(42);
  const numbers = Array.from({ length: 5000 }, next);
  const ascending = numbers.slice().sort((a, b) => a - b);
  const descending = [...numbers].sort((a, b) => b - a);
  const words = numbers.map((number) => number.toString(36)).sort();
  const records = numbers.map((number, id) => ({ id, group: number % 50, name: `n${number % 997}` }));
  records.sort((a, b) => a.group - b.group || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const merged = mergeSort(numbers.slice(0, 2500));
  const heaped = heapSort(numbers.slice(2500));
  return [
    digest(ascending), digest(descending), words[0], words[4999],
    digest(records.map((record) => record.id)), digest(merged), digest(heaped),
  ].join(" ");
};
