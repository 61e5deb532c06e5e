// A program to freeze, and to thaw in another process, where it goes on counting:
//   ./just jsvm snapshot examples/counter.js -o counter.snap
//   ./just jsvm restore counter.snap --call next -o counter.snap
function* numbers() {
  for (let n = 1; ; n++) yield n;
}

const counter = numbers();

function next() {
  return counter.next().value;
}

console.log("counting:", next(), next(), next());
