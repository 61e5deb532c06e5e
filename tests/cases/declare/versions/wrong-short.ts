import { get } from "acme:store/kv";

/** Two interfaces have the short name. */
export const kv = { get };
export const one = { run() {} };
