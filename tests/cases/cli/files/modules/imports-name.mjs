import { triple } from "./lib/double.mjs";
