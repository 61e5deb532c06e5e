// An exception in a tick ends the program: what is behind it does not run.
require;
process.nextTick(() => console.log("tick 1"));
process.nextTick(() => {
  Promise.resolve().then(() => console.log("promise of tick 2"));
  throw new Error("of tick 2");
});
process.nextTick(() => console.log("tick 3"));
setTimeout(() => console.log("timeout"));
