/** Cells in TypeScript. */

import { EngineError, JsvmError } from "../errors.js";
import type { CellReader } from "./cell.js";
import type { Driver } from "./run.js";
import type { ScriptConverter } from "./sandbox.js";

/**
 * The code of a cell as JavaScript, if it can be TypeScript. Places in errors are those of the result, which has
 * other lines. Code that is neither stays as it is: its error is that of the engine.
 */
export async function scriptOf(
  code: string,
  reader: CellReader,
  typescript: ScriptConverter | undefined,
  driver: Driver,
): Promise<string> {
  if (typescript === undefined || driver.enter(() => reader.isJavaScript(code))) {
    return code;
  }
  const trimmed = code.trim();
  const isObject = trimmed.startsWith("{") && !trimmed.endsWith(";");
  for (const source of isObject ? [`(${trimmed}\n)`, code] : [code]) {
    try {
      return await typescript.convertScript(source);
    } catch (error) {
      if (error instanceof EngineError || !(error instanceof JsvmError)) {
        throw error;
      }
    }
  }
  return code;
}
