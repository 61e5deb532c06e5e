// Functions that call themselves: a number, a search, a tree.
function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

function takeuchi(x, y, z) {
  if (y >= x) return z;
  return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

function queens(size, row, columns, left, right) {
  if (row === size) return 1;
  let count = 0;
  for (let column = 0; column < size; column++) {
    const bit = 1 << column;
    const down = 1 << (row + column);
    const up = 1 << (row - column + size);
    if (columns & bit || left & down || right & up) continue;
    count += queens(size, row + 1, columns | bit, left | down, right | up);
  }
  return count;
}

function tree(depth) {
  return depth === 0 ? null : { left: tree(depth - 1), right: tree(depth - 1) };
}

function nodes(node) {
  return node === null ? 0 : 1 + nodes(node.left) + nodes(node.right);
}

globalThis.run = function () {
  return [fibonacci(27), takeuchi(18, 12, 6), queens(8, 0, 0, 0, 0), nodes(tree(15))].join(" ");
};
