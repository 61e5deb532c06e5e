// A script without a word of CommonJS.
Promise.resolve().then(() => console.log("promise"));
process.nextTick(() => console.log("tick"));
console.log("code");
