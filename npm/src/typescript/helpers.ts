/** The functions that converted decorators and private names call, as modules. */

import type { ModuleText } from "../options.js";
import { HELPERS } from "./assets.js";

/** The package of their specifiers, as in Rust. No package can have this name. */
export const PACKAGE = "jsvm:typescript";

const PREFIX = `${PACKAGE}/helpers/`;

/** The module of a helper. */
export function helperModule(name: string): ModuleText | undefined {
  if (!name.startsWith(PREFIX)) {
    return undefined;
  }
  const helper = name.slice(PREFIX.length);
  return Object.hasOwn(HELPERS, helper) ? { text: HELPERS[helper]!, kind: "commonjs", url: name } : undefined;
}
