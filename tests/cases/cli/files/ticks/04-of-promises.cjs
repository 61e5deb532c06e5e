// Ticks of promises wait until no promise is left.
require;
Promise.resolve().then(() => {
  console.log("promise 1");
  process.nextTick(() => console.log("tick of promise 1"));
}).then(() => {
  console.log("promise 2");
  process.nextTick(() => {
    console.log("tick of promise 2");
    Promise.resolve().then(() => console.log("promise of tick"));
  });
}).then(() => console.log("promise 3"));
process.nextTick(() => console.log("tick"));
