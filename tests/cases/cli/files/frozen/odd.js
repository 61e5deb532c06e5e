// Arguments that are hard to show, or that try to run something.
const cycle = [];
cycle.push(cycle);
ask(cycle, 1n, "\u001b[31m\n", Symbol("s"), undefined, new Map([[1, { deep: [[[[1]]]] }]]));
ask();
ask({
  toJSON() {
    console.log("ran");
    return 1;
  },
  get accessor() {
    console.log("read");
    return 2;
  },
});
