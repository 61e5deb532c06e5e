// The calls in a VM.
import * as counters from "demo:echo/counters";
import * as values from "demo:echo/values";

import { measure } from "./calls.js";

for (const result of measure({ values, counters })) console.log(JSON.stringify(result));
