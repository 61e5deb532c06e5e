/** A virtual machine. */

import type { EvalOptions, HeapStatistics, JobReport, MemoryUsage, ModuleImport, ViewKind } from "./abi/bindings.js";
import type { VmLimits } from "./abi/codec.js";
import type { EncodedData, Input, Output } from "./abi/machine.js";
import { decodeData } from "./codec.js";
import type { Engine } from "./engine.js";
import { EngineTrap, UseError } from "./errors.js";
import type { Instance } from "./instance.js";
import { type Limits, complete } from "./limits.js";
import type { Modules, VmOptions } from "./options.js";
import { PendingRequests } from "./pending.js";
import type { SeededRandom } from "./seed.js";
import { capture } from "./snapshot/image.js";
import { Snapshot } from "./snapshot/snapshot.js";
import type { Value } from "./value.js";
import type { Watch } from "./watch.js";

/** How {@link Vm.eval} takes a source. */
export interface SourceOptions {
  /** The name that stacks show, and against which imports are resolved. */
  fileName?: string;
  /** Whether the source is an ES module. The result is then a promise of its namespace. */
  module?: boolean;
  /** Whether a script may use `await` at its top level. The result is then a promise. */
  async?: boolean;
  /** Whether a script is in strict mode. */
  strict?: boolean;
}

/** Work that a script asked for. */
export interface Request {
  /** The number for {@link Vm.settle}. */
  id: bigint;
  /** The name of the function that the script called. */
  name: string;
  /** Its arguments. */
  args: unknown[];
}

/** A rejection that no script handled. */
export interface Rejection {
  promise: Value;
  name: string;
  message: string;
  stack: string;
}

/** What an engine makes for a VM. */
export interface VmParts {
  watch: Watch;
  limits: Required<Limits>;
  clock: { now(): number; elapsed(): number };
  modules: Modules | undefined;
  seeded: SeededRandom | undefined;
}

/** The message of what uses a VM that was disposed of. */
const DISPOSED = "the VM was disposed";

/**
 * A virtual machine: one realm of JavaScript in a memory of its own.
 *
 * ```js
 * const engine = await Engine.load();
 * const vm = engine.createVm({ functions: { price: (item) => item.length / 2 } });
 * vm.evalData("price('tea') + price('cake')"); // 3.5
 * vm.dispose();
 * ```
 */
export class Vm {
  /** The engine that runs it. */
  readonly engine: Engine;
  /** @internal */
  readonly instance: Instance;
  /** @internal */
  readonly options: VmOptions;
  /** @internal */
  readonly watch: Watch;
  /** @internal */
  readonly modules: Modules | undefined;
  /** @internal The requests that are being carried out, and what waits for them. */
  readonly pending: PendingRequests;
  /** @internal The versions of the requests that its JavaScript makes. */
  requestVersions: { oldest: number; newest: number };
  #limits: Required<Limits>;
  readonly #clock: { now(): number; elapsed(): number };
  readonly #seeded: SeededRandom | undefined;

  /** @internal */
  constructor(engine: Engine, instance: Instance, options: VmOptions, parts: VmParts) {
    this.engine = engine;
    this.instance = instance;
    this.options = options;
    this.watch = parts.watch;
    this.modules = parts.modules;
    this.#limits = parts.limits;
    this.#clock = parts.clock;
    this.#seeded = parts.seeded;
    this.pending = new PendingRequests(this);
    this.requestVersions = { oldest: engine.requests, newest: engine.requests };
  }

  /** Gives the VM up: its memory is free once nothing refers to it. Each later use of it throws. */
  dispose(): void {
    if (!this.isGone) {
      this.instance.gone = new UseError(DISPOSED);
    }
  }

  /** Whether the VM was disposed, or trapped. */
  get isGone(): boolean {
    return this.instance.gone !== undefined;
  }

  /** Why the VM trapped, if it did. */
  get trap(): EngineTrap | undefined {
    return this.instance.gone instanceof EngineTrap ? this.instance.gone : undefined;
  }

  // Scripts.

  /** Evaluates a source. Primitives come as they are; strings, BigInts and objects by their handles. */
  eval(source: string, options: SourceOptions = {}): Output {
    return this.instance.evaluationEval(source, evalOptions(options));
  }

  /** Evaluates a source, and returns a copy of the result: see {@link Value.toData}. */
  evalData(source: string, options: SourceOptions = {}): any {
    return decodeData(this.instance, this.instance.evaluationEvalData(source, evalOptions(options)));
  }

  /** Imports a module. The result is a promise of its namespace. */
  importModule(specifier: string, importer = ""): Value {
    return this.instance.evaluationImportModule(specifier, importer) as Value;
  }

  /** Compiles a source to a function that evaluates it. */
  compile(source: string, options: SourceOptions = {}): Value {
    return this.instance.evaluationCompile(source, evalOptions(options)) as Value;
  }

  /**
   * Lists the modules that an ES module imports by declarations, in the order of the source. Nothing is loaded,
   * and nothing runs.
   */
  moduleImports(source: string, fileName = "<eval>"): ModuleImport[] {
    return this.instance.moduleImportsGetModuleImports(source, fileName);
  }

  /** Whether a source is an ES module, by its syntax. */
  detectModule(source: string): boolean {
    return this.instance.evaluationDetectModule(source);
  }

  /** `globalThis` */
  get global(): Value {
    return this.instance.evaluationGetGlobal() as Value;
  }

  // Values.

  /** Copies a value into the VM: see {@link Value.toData}. */
  fromData(value: unknown): Value {
    return this.instance.valuesFromData(this.instance.codec.encode(this.instance, value)) as Value;
  }

  /** Parses JSON. */
  fromJson(text: string): Value {
    return this.instance.valuesFromJson(text) as Value;
  }

  /** Creates a handle to a primitive. */
  createPrimitive(value: Input): Value {
    return this.instance.valuesCreatePrimitive(value) as Value;
  }

  createBigInt(value: bigint): Value {
    return this.instance.valuesCreateBigint(String(value)) as Value;
  }

  createSymbol(description?: string): Value {
    return this.instance.valuesCreateSymbol(description, false) as Value;
  }

  /** Creates an object. Without a prototype it has `Object.prototype`. */
  createObject(prototype?: Value | null): Value {
    return this.instance.valuesCreateObject(prototype === undefined ? undefined : [prototype]) as Value;
  }

  createArray(elements: Input[] = []): Value {
    return this.instance.valuesCreateArray(elements) as Value;
  }

  createArrayBuffer(bytes: Uint8Array): Value {
    return this.instance.buffersCreateArrayBuffer(bytes) as Value;
  }

  createTypedArray(kind: ViewKind, bytes: Uint8Array): Value {
    return this.instance.buffersCreateTypedArray(kind, bytes) as Value;
  }

  createDate(milliseconds: number): Value {
    return this.instance.objectsCreateDate(milliseconds) as Value;
  }

  /** Creates a promise with the functions that settle it. */
  createPromise(): { promise: Value; resolve: Value; reject: Value } {
    return this.instance.promisesCreatePromise() as { promise: Value; resolve: Value; reject: Value };
  }

  /** Creates a function that calls a host function by its name in {@link VmOptions.functions}. */
  createHostFunction(name: string, length = 0): Value {
    return this.instance.functionsCreateHostFunction(name, length) as Value;
  }

  /** Creates a function whose calls are requests of this name. */
  createRequestFunction(name: string, length = 0): Value {
    return this.instance.functionsCreateRequestFunction(name, length) as Value;
  }

  /** The state of a promise, or nothing for another value. */
  promiseState(promise: Value): "pending" | "fulfilled" | "rejected" | undefined {
    return this.instance.promisesGetPromiseState(promise);
  }

  /** What a promise was settled with. */
  promiseResult(promise: Value): Output {
    return this.instance.promisesGetPromiseResult(promise);
  }

  // Jobs and requests. An event loop does all of this.

  /** Runs jobs and due timers. */
  runJobs(limit = 0xffff_ffff): JobReport {
    return this.instance.jobsRunJobs(limit);
  }

  /** The requests since the last call. */
  takeRequests(): Request[] {
    return this.instance.requestsTakeRequests().map((request) => this.#request(request));
  }

  /** All requests that are not settled. A restored VM has those of the frozen one. */
  unsettledRequests(): Request[] {
    return this.instance.requestsGetUnsettledRequests().map((request) => this.#request(request));
  }

  #request({ id, name, args }: { id: bigint; name: string; args: any }): Request {
    return { id, name, args: decodeData(this.instance, args) as unknown[] };
  }

  /** The requests that scripts gave up since the last call. */
  takeCancellations(): bigint[] {
    return [...this.instance.requestsTakeCancellations()];
  }

  /** Fulfils the promise of a request. Returns whether it was unsettled. */
  settle(id: bigint, value: unknown): boolean {
    return this.#settle(id, { ok: this.instance.codec.encode(this.instance, value) });
  }

  /** Rejects the promise of a request. Returns whether it was unsettled. */
  reject(id: bigint, reason: unknown): boolean {
    return this.#settle(id, { error: this.instance.codec.encode(this.instance, reason) });
  }

  #settle(id: bigint, outcome: { ok: EncodedData } | { error: EncodedData }): boolean {
    const was = this.instance.requestsSettle(id, outcome);
    this.pending.wake();
    return was;
  }

  /** The rejections that nothing handled, since the last call. */
  takeUnhandledRejections(): Rejection[] {
    return this.instance.promisesTakeUnhandledRejections().map(({ promise, reason }) => ({
      promise: promise as Value,
      name: reason.name,
      message: reason.message,
      stack: reason.stack,
    }));
  }

  // Roots: values that are found again by name, also in a restored VM.

  setRoot(name: string, value: Input): void {
    this.instance.rootsSetRoot(name, value);
  }

  getRoot(name: string): Output {
    return this.instance.rootsGetRoot(name)?.[0];
  }

  removeRoot(name: string): boolean {
    return this.instance.rootsRemoveRoot(name);
  }

  // The heap.

  collectGarbage(): void {
    this.instance.heapCollectGarbage();
  }

  memoryUsage(): MemoryUsage {
    return this.instance.heapGetMemoryUsage();
  }

  heapStatistics(): HeapStatistics {
    return this.instance.heapGetHeapStatistics();
  }

  /** Replaces limits. Those that are not named stay. */
  setLimits(limits: Limits): void {
    this.#limits = complete({ ...this.#limits, ...limits });
    this.watch.limits = this.#limits;
    applyLimits(this.instance, this.#limits);
  }

  /** Runs calls that must end by a moment, in milliseconds of the clock's `elapsed`. */
  withDeadline<T>(deadline: number, calls: () => T): T {
    const before = this.watch.deadline;
    this.watch.deadline = Math.min(before, deadline);
    try {
      return calls();
    } finally {
      this.watch.deadline = before;
    }
  }

  // Snapshots.

  /** Freezes the VM: a copy of its state, from which {@link Engine.restore} makes VMs. It can be used on. */
  snapshot(): Snapshot {
    const image = capture(this.instance, this.engine.base);
    const heap = this.instance.heapGetLimits();
    return new Snapshot(this.engine.name, image, {
      wall: nanoseconds(this.#clock.now()),
      monotonic: nanoseconds(this.#clock.elapsed()),
      oldestRequests: this.requestVersions.oldest,
      newestRequests: this.requestVersions.newest,
      limits: frozenLimits({ ...this.#limits, memory: Number(heap.memory), output: Number(heap.output) }),
      entropy: this.#seeded?.position,
      metadata: [],
    });
  }

  /**
   * Freezes the VM, to be stored as what has changed since an earlier snapshot of it, or of the one that it
   * was restored from. The result can be restored at once. To read it from its bytes, the parent is needed.
   */
  snapshotSince(parent: Snapshot): Snapshot {
    return this.snapshot().since(parent);
  }
}

/** `using vm = engine.createVm()` gives it up. */
const disposeSymbol: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
if (disposeSymbol !== undefined) {
  Object.defineProperty(Vm.prototype, disposeSymbol, { value: Vm.prototype.dispose });
}

/** Tells the engine its limits. */
export function applyLimits(instance: Instance, limits: Required<Limits>): void {
  instance.heapSetLimits({
    memory: BigInt(Math.min(limits.memory, 0xffff_ffff)),
    stack: Math.min(limits.stack, 0xffff_ffff),
    output: BigInt(Math.min(limits.output, Number.MAX_SAFE_INTEGER)),
  });
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.max(0, Math.round(milliseconds * 1e6)));
}

/** What a snapshot notes of the limits. Those that this package does not have are the crate's defaults. */
function frozenLimits({ memory, hardMemory, time, work, stack, output }: Required<Limits>): VmLimits {
  const finite = (limit: number): bigint => BigInt(Math.ceil(Math.min(limit, Number.MAX_SAFE_INTEGER)));
  return {
    memory: finite(memory),
    hardMemory: finite(hardMemory),
    time: time === Infinity ? undefined : nanoseconds(time),
    cpuTime: undefined,
    work: work === Infinity ? undefined : finite(work),
    grace: 1_000_000_000n,
    stack: Math.min(stack, 0xffff_ffff),
    output: finite(output),
    handles: 2_000_000,
  };
}

function evalOptions(options: SourceOptions): EvalOptions {
  return {
    fileName: options.fileName ?? "<eval>",
    kind: options.module === true ? "module" : "script",
    strict: options.strict ?? false,
    topLevelAwait: options.async ?? false,
  };
}
