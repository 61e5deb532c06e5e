/**
 * JavaScript VMs that can be limited, frozen and thawed: QuickJS-NG as WebAssembly.
 *
 * @packageDocumentation
 */

export { Engine } from "./engine.js";
export { EventLoop, type EventLoopOptions } from "./event-loop.js";
export {
  EngineError,
  EngineTrap,
  InterruptedError,
  JsvmError,
  LimitError,
  ScriptError,
  SnapshotError,
  type SnapshotReason,
  UseError,
} from "./errors.js";
export type { Limits } from "./limits.js";
export type { EngineSource } from "./load.js";
export type {
  AsyncHostFunction,
  FetchFunction,
  HostFunction,
  KeyValue,
  KeyValueStore,
  Modules,
  ModuleSource,
  ModuleText,
  RequestContext,
  VmOptions,
} from "./options.js";
export { type EngineName, type ReadOptions, Snapshot, type WriteOptions } from "./snapshot/snapshot.js";
export { type InspectOptions, Value } from "./value.js";
export { type Rejection, type Request, type SourceOptions, Vm } from "./vm.js";
export {
  type EngineInfo,
  type HeapStatistics,
  type InterruptReason,
  type JobReport,
  KEY_FILTER,
  type Level,
  type MemoryUsage,
  type ValueKind,
  type ViewKind,
  WAITING,
} from "./abi/bindings.js";
export type { Input, Key, Output } from "./abi/machine.js";
