// Ticks of ticks come before promises, also before those that the first tick made.
require;
const tick = (depth) => () => {
  console.log("tick", depth);
  Promise.resolve(depth).then((depth) => console.log("promise of tick", depth));
  if (depth < 3) process.nextTick(tick(depth + 1));
};
Promise.resolve().then(() => console.log("promise"));
process.nextTick(tick(1));
process.nextTick(() => console.log("tick beside"));
