import { double } from "./lib/double.mjs";
console.log(double(21));
const { default: text } = await import("./lib/text.mjs");
console.log(text);
