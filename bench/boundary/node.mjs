// The calls in Node.js, of what `jco transpile` made: `node node.mjs echo.js`
import { pathToFileURL } from "node:url";

import { measure } from "./calls.js";

const { values, counters } = await import(pathToFileURL(process.argv[2]));
for (const result of measure({ values, counters })) console.log(JSON.stringify(result));
