import * as host from "acme:types/host@1.0.0";
import { echoString } from "acme:types/host";

const log = [];
const kinds = {
  bools: "boolean", u8s: "number", s8s: "number", u16s: "number", s16s: "number", u32s: "number", s32s: "number",
  u64s: "bigint", s64s: "bigint", f32s: "number", f64s: "number", chars: "string", strings: "string",
  colors: "string",
};
const classes = {
  lists: Array, bytes: Uint8Array, numbers: Int16Array, longs: BigUint64Array, floats: Float64Array,
  nestedLists: Array, manyPeople: Array, shapeLists: Array, pairs: Array, results: Array, emptyResults: Array,
  joined: Array, large: Array,
};
const through = {
  f32s: host.echoF32, u64s: host.echoU64, strings: echoString, bytes: host.echoBytes, people: host.echoPerson,
  shapes: host.echoShape, rightSets: host.echoRights, colors: host.echoColor, nestedOptions: host.echoOptions,
  results: host.echoResults, large: host.echoLarge,
};

const returned = (name) => (value) => {
  if (kinds[name] && typeof value !== kinds[name]) throw new Error(`${name}: ${typeof value}`);
  if (classes[name] && value.constructor !== classes[name]) throw new Error(`${name}: ${value.constructor.name}`);
  return through[name] ? through[name](value) : value;
};

const names = [
  "bools", "u8s", "s8s", "u16s", "s16s", "u32s", "s32s", "u64s", "s64s", "f32s", "f64s", "chars", "strings", "lists",
  "bytes", "numbers", "longs", "floats", "nestedLists", "points", "people", "manyPeople", "shapes", "shapeLists",
  "colors", "rightSets", "pairs", "options", "nestedOptions", "results", "emptyResults", "joined", "large",
];
export const all = Object.fromEntries(names.map((name) => [name, returned(name)]));
all.sixteen = (...values) => values.map((value) => `${typeof value} ${value}`).join();
all.twenty = (...values) => values.join();
