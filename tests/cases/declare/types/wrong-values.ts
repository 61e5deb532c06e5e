import * as given from "test:types/all";
export { all } from "./right.ts";

given.numbers(1, 2, 3, 4, 5, 6, 7, 8n, 9, 10);
given.lists([1], new Int8Array(), new Uint16Array(), new Int16Array(), new Uint32Array(), new Int32Array());
given.options("a");
given.nestedOption("a");
given.named({ tag: "circle" }, "red", { writeAll: 1 }, {}, {}, [], []);
