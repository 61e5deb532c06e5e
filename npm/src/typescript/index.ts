/**
 * TypeScript and JSX: types are removed, not checked. The parser runs in a WebAssembly module of its own, which
 * is fetched when it is first used.
 *
 * @packageDocumentation
 */

export {
  type ConvertedSource,
  type ConvertOptions,
  Transpiler,
  TranspilerError,
  type TranspilerReason,
} from "./transpiler.js";
