import { readFileSync } from "node:fs";

export const config = JSON.parse(readFileSync(new URL(import.meta.url).pathname.replace(/config\.js$/, "config.json"), "utf8"));
