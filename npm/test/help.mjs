// What the tests share.
import { Engine } from "../dist/index.js";

/** One engine for all tests of a file. */
export const engine = await Engine.load();

/** What a function throws. */
export function thrown(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
