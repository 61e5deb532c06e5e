// Functions that share variables, and functions that have their own in each turn of a loop.
const counter = () => {
  let n = 0;
  return { up: () => ++n, down: () => --n, get: () => n };
};
const one = counter(), two = counter();
one.up();
one.up();
two.down();
const turns = [];
outer: for (let i = 0; ; i++) {
  for (let j = 0; j <= i; j++) {
    if (i === 3) break outer;
    turns.push(() => `${i}${j++}`);
  }
}
var hoisted = [];
for (var v = 0; v < 3; v++) hoisted.push(() => v);
function outermost(a) {
  return function (b) { return (c) => [a++, b++, c, arguments.length, this.me] };
}
const inner = outermost(1).call({ me: 'this' }, 2, 'extra');
inner(3);
const bound = Math.max.bind(null, 5);
// --- frozen here ---
console.log(one.up(), one.get(), two.up(), two.get());
console.log(turns.map((f) => f()).join(), turns.map((f) => f()).join());
v = 'last';
console.log(hoisted.map((f) => f()).join());
console.log(inner(4).join());
console.log(bound(3, 4), bound(6), bound.name);
counter.toString().split('\n')[1].trim()
