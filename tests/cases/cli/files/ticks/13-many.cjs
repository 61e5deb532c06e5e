// A tick may queue others many times before a promise gets its turn.
require;
let ticks = 0;
const again = () => { if (++ticks < 50_000) process.nextTick(again); };
process.nextTick(again);
Promise.resolve().then(() => console.log(ticks));
setTimeout(() => console.log("timeout", ticks));
