// What follows a top-level await is a job, too.
setTimeout(() => console.log("timeout"), 1);
await 0;
process.nextTick(() => console.log("tick 1"));
Promise.resolve().then(() => console.log("promise 1"));
await new Promise((resolve) => setTimeout(resolve, 5));
process.nextTick(() => console.log("tick 2"));
Promise.resolve().then(() => console.log("promise 2"));
console.log("end");
