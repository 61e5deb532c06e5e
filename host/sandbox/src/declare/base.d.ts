/**
 * Code runs in cells, which share their variables: a later cell can use and declare again what an
 * earlier one declared. `await` works at the top level. The value of the last statement is the
 * result; do not `return` it. There is no network, no `require` and no `process`.
 */

/** Files in memory. They stay from cell to cell. */
declare const files: {
  read(path: string): string;
  readBytes(path: string): Uint8Array;
  write(path: string, content: string | Uint8Array | ArrayBuffer): void;
  append(path: string, text: string): void;
  exists(path: string): boolean;
  remove(path: string): boolean;
  list(prefix?: string): string[];
};

/** What a call of a tool throws. */
interface ToolError extends Error {
  name: "ToolError";
  tool: string;
  code: "unknown-tool" | "invalid-arguments" | "failed" | "invalid-result" | "result-too-large"
    | "denied" | "too-many-calls";
  issues?: { path: string; message: string }[];
}

/** Tools. Calls that do not depend on each other can run at once: `await Promise.all([…])`. */
