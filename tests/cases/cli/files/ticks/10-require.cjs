// Modules that are required are part of the entry.
process.nextTick(() => console.log("tick of main"));
Promise.resolve().then(() => console.log("promise of main"));
require("./parts/common.cjs");
import("./parts/other.mjs").then(() => console.log("imported"));
console.log("main");
