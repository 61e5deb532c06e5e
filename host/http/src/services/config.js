// `jsvm:config`: settings that the embedder provides.
import * as requests from "jsvm:config-requests";

/** The value of a setting, as text; undefined if there is none. */
export async function get(name) {
  if (typeof name !== "string") throw new TypeError(`the name of a setting must be a string, found ${typeof name}`);
  return (await requests.get(name)) ?? undefined;
}

/** All settings, as an object. */
export async function getAll() {
  return Object.fromEntries(await requests.getAll());
}
