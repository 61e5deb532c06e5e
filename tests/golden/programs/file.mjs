import { readFile } from "node:fs/promises";
console.log((await readFile("golden.txt", "utf8")).trim());
