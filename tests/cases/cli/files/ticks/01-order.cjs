// Ticks come before promises, and both before timers.
require;
setTimeout(() => console.log("timeout"));
Promise.resolve().then(() => console.log("promise"));
queueMicrotask(() => console.log("microtask"));
process.nextTick(() => console.log("tick 1"));
process.nextTick(() => console.log("tick 2"));
console.log("code");
