/**
 * The API of the npm package quickjs-wasi 3.7, by its names, on the VM of this package.
 *
 * @packageDocumentation
 */

export { JSException } from "./exception.js";
export { CompileFlags, EvalFlags, Intrinsics, MAX_STACK_SIZE } from "./flags.js";
export { JSValueHandle } from "./handle.js";
export { QuickJS } from "./quickjs.js";
export type { Snapshot } from "./snapshot.js";
export type {
  Deferred,
  DylinkInfo,
  ExtensionDescriptor,
  HandleScope,
  HostFunction,
  JSOwnPropertyDescriptor,
  JSPropertyDescriptor,
  LoadedExtension,
  MemoryUsage,
  QuickJSOptions,
  SnapshotExtension,
  WasiImports,
  WasiOptions,
} from "./types.js";
