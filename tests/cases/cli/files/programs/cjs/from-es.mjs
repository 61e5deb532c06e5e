import lib, { basename } from "./lib.js";
import { answer, missing } from "./main.js";
import data from "./data.json" with { type: "json" };
console.log(lib.basename === basename, answer, missing, data.name);
