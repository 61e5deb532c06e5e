// Everything that a script can leave behind: variables of all kinds, a generator in the middle.
function* numbers() {
  for (let n = 1; ; n++) yield n;
}
const counter = numbers();
let calls = 0;
var last;

function next() {
  calls++;
  last = counter.next().value;
  console.log("count:", last);
  return last;
}

next();
next();
