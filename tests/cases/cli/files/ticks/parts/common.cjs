process.nextTick(() => console.log("tick of", module.id.split("/").at(-1)));
Promise.resolve().then(() => console.log("promise of common.cjs"));
console.log("common.cjs");
