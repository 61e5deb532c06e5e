// Makes a component by componentize-js: `node componentize-js.mjs OUT`. The engine is included without
// WASI, as the program uses none.
import { writeFileSync } from "node:fs";
import { componentize } from "@bytecodealliance/componentize-js";

const here = (name) => new URL(name, import.meta.url).pathname;
const { component } = await componentize({
    sourcePath: here("program.js"),
    witPath: here("wit/bench.wit"),
    worldName: "bench",
    disableFeatures: ["stdio", "random", "clocks", "http", "fetch-event"],
});
writeFileSync(process.argv[2], component);
