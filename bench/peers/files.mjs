// Files of `bench/`.
import { readFileSync } from "node:fs";

export const BENCH = new URL("../", import.meta.url);

/** The text of a file, by its path below `bench/`. */
export function script(path) {
  return readFileSync(new URL(path, BENCH), "utf8");
}

/** The version of a package, which its package.json says. */
export function version(name) {
  return JSON.parse(script(`peers/node_modules/${name}/package.json`)).version;
}

/** Something that is no mistake of this program: its message says enough. */
export class Failure extends Error {}

/** Fails if somebody, or a world, does not do what it should. */
export function check(condition, message) {
  if (!condition) throw new Failure(message);
}
