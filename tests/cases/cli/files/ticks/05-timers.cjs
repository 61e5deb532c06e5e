// Each timer has its ticks and promises before the next.
require;
for (const name of ["a", "b"]) {
  setTimeout(() => {
    Promise.resolve().then(() => {
      console.log("promise of", name);
      process.nextTick(() => console.log("tick of promise of", name));
    });
    process.nextTick(() => console.log("tick of", name));
    console.log("timer", name);
  }, 1);
}
setTimeout(() => process.nextTick(() => setTimeout(() => console.log("timer of a tick"), 1)), 2);
