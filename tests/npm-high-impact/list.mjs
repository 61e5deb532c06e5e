// The first libraries of npm-high-impact, in its order: how often packages are downloaded.
import { readFileSync } from "node:fs";
import { npmHighImpact } from "npm-high-impact";

/** How many libraries are run. */
export const COUNT = 200;

/** Packages of the list that are no libraries, with the reason. */
export const leftOut = {
  "type-fest": "types only",
  "undici-types": "types only",
  "@esbuild/linux-x64": "a native program for one platform",
  "@types/estree": "types only",
  "@types/node": "types only",
  "@jest/types": "types only: its module exports nothing",
  csstype: "types only",
  "update-browserslist-db": "a command that calls npm",
};

/** Packages that have no module of their own name: their programs import parts of them. */
export const rootless = new Set(["@babel/compat-data", "@babel/runtime", "dunder-proto", "math-intrinsics", "node-releases"]);

/** The libraries, in the order of the list, and the packages before the last one that are left out. */
export function libraries() {
  const libraries = [];
  const skipped = [];
  for (const name of npmHighImpact) {
    if (libraries.length === COUNT) break;
    (name in leftOut ? skipped : libraries).push(name);
  }
  return { libraries, skipped };
}

/** The version that is installed. */
export const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
