// CommonJS that an ES module imports is no entry.
import "./parts/common.cjs";
import "./parts/other.mjs";
process.nextTick(() => console.log("tick of main"));
Promise.resolve().then(() => console.log("promise of main"));
console.log("main");
