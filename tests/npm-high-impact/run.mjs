// Runs the program of one package: `node run.mjs NAME`, or `jsvm run run.mjs NAME`, in an empty folder.
import { rootless } from "./list.mjs";
import { programs } from "./programs/all.mjs";

const name = process.argv[2];
const all = rootless.has(name) ? {} : await import(name);
await programs[name](all.default ?? all, console.log, all);
