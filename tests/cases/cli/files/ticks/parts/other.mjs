process.nextTick(() => console.log("tick of other.mjs"));
Promise.resolve().then(() => console.log("promise of other.mjs"));
console.log("other.mjs");
