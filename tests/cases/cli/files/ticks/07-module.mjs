// The code of an ES module is a job itself, so its promises come first.
process.nextTick(() => {
  console.log("tick");
  Promise.resolve().then(() => console.log("promise of tick"));
  process.nextTick(() => console.log("tick of tick"));
});
Promise.resolve().then(() => console.log("promise 1")).then(() => console.log("promise 2"));
console.log("code");
export {};
