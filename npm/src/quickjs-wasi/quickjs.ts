/** A VM, as quickjs-wasi has it. */

import type { Vm } from "../vm.js";
import { Core } from "./core.js";
import { evaluate, compileTo, runBytecode } from "./code.js";
import { prepareCodec } from "./codec.js";
import { dump, hostToHandle, newError } from "./convert.js";
import type { JSValueHandle } from "./handle.js";
import { exportHandle, importHandle, withScope } from "./lifetimes.js";
import { engineOf, open, optionsOf, thaw } from "./open.js";
import { newPromise, resolvePromise } from "./promises.js";
import { definePropertyOf, keyOf } from "./properties.js";
import { deserialize, freeze, frozenOf, serialize, type Snapshot } from "./snapshot.js";
import type {
  Deferred,
  HandleScope,
  HostFunction,
  JSPropertyDescriptor,
  MemoryUsage,
  PromiseResult,
  QuickJSOptions,
} from "./types.js";
import { allocatedSize, gcThresholdOf, memoryUsageOf, setGcThreshold, versionsOf } from "./usage.js";

/**
 * A VM of jsvm with the API of quickjs-wasi.
 *
 * ```js
 * const vm = await QuickJS.create();
 * vm.evalCode("1 + 2").consume((handle) => handle.toNumber()); // 3
 * vm.dispose();
 * ```
 */
export class QuickJS {
  readonly #core: Core;
  readonly #singletons = new Map<unknown, JSValueHandle>();
  #versions: Record<string, string> | undefined;
  #ephemeral = 0;

  /** @internal */
  constructor(vm: Vm, options: QuickJSOptions, adopt: (core: Core) => void) {
    this.#core = new Core(this, vm, options);
    adopt(this.#core);
  }

  /** Creates a VM. Options can also be the engine alone: its bytes, or the compiled module. */
  static async create(options?: QuickJSOptions | BufferSource | WebAssembly.Module): Promise<QuickJS> {
    const given = optionsOf(options);
    const [engine] = await Promise.all([engineOf(given.wasm), prepareCodec()]);
    return open(engine, given);
  }

  /** Restores a VM from a snapshot. */
  static async restore(
    snapshot: Snapshot,
    options?: QuickJSOptions | BufferSource | WebAssembly.Module,
  ): Promise<QuickJS> {
    const given = optionsOf(options);
    const [engine, frozen] = await Promise.all([engineOf(given.wasm), frozenOf(snapshot), prepareCodec()]);
    return thaw(engine, frozen, given);
  }

  /** Writes a snapshot to bytes. */
  static serializeSnapshot(snapshot: Snapshot): Uint8Array {
    return serialize(snapshot);
  }

  /** Reads a snapshot from bytes. */
  static deserializeSnapshot(data: Uint8Array): Snapshot {
    return deserialize(data);
  }

  // Evaluation.

  /** Evaluates a source. What it throws is a `JSException`. */
  evalCode(code: string, filename = "<eval>", flags = 0): JSValueHandle {
    return evaluate(this.#core, code, filename, flags);
  }

  /** Compiles a source to bytecode. */
  compile(code: string, filename = "<compile>", evalFlags = 0, compileFlags = 0): Uint8Array {
    return compileTo(this.#core, code, filename, evalFlags, compileFlags);
  }

  /** Evaluates bytecode. */
  evalBytecode(bytecode: Uint8Array): JSValueHandle {
    return runBytecode(this.#core, bytecode);
  }

  /** Runs jobs until none is left, and returns how many ran. */
  executePendingJobs(): number {
    try {
      return this.#core.drain();
    } finally {
      if (!this.#core.isDisposed) {
        this.#core.observers.check();
      }
    }
  }

  // Facts.

  /** The versions of this API, of the engine, and of jsvm. */
  get versions(): Record<string, string> {
    this.#core.live();
    return (this.#versions ??= versionsOf(this.#core));
  }

  /** Counts the use of memory. Counting visits every object. */
  getMemoryUsage(): MemoryUsage {
    return this.#core.enter(memoryUsageOf);
  }

  /** The bytes that count for `memoryLimit`. */
  getAllocatedSize(): number {
    return this.#core.enter(allocatedSize);
  }

  /** Collects garbage now. */
  runGC(): void {
    this.#core.enter(({ vm }) => vm.collectGarbage());
  }

  /** The bytes of heap at which garbage is collected next. 0: never. */
  get gcThreshold(): number {
    return this.#core.enter(gcThresholdOf);
  }

  set gcThreshold(threshold: number) {
    this.#core.enter((core) => setGcThreshold(core, threshold));
  }

  // Values that a VM has.

  #singleton(value: undefined | null | boolean): JSValueHandle {
    this.#core.live();
    let handle = this.#singletons.get(value);
    if (handle === undefined) {
      handle = this.#core.wrap(value, "vm");
      this.#singletons.set(value, handle);
    }
    return handle;
  }

  /** The global object. To dispose of it does nothing. */
  get global(): JSValueHandle {
    let handle = this.#singletons.get("global");
    if (handle === undefined || this.#core.isDisposed) {
      handle = this.#core.wrap(this.#core.enter(({ vm }) => vm.global), "vm");
      this.#singletons.set("global", handle);
    }
    return handle;
  }

  get undefined(): JSValueHandle {
    return this.#singleton(undefined);
  }

  get null(): JSValueHandle {
    return this.#singleton(null);
  }

  get true(): JSValueHandle {
    return this.#singleton(true);
  }

  get false(): JSValueHandle {
    return this.#singleton(false);
  }

  getGlobal(): JSValueHandle {
    return this.#core.wrap(this.#core.enter(({ vm }) => vm.global));
  }

  getUndefined(): JSValueHandle {
    return this.#core.enter((core) => core.wrap(undefined));
  }

  getNull(): JSValueHandle {
    return this.#core.enter((core) => core.wrap(null));
  }

  getTrue(): JSValueHandle {
    return this.#core.enter((core) => core.wrap(true));
  }

  getFalse(): JSValueHandle {
    return this.#core.enter((core) => core.wrap(false));
  }

  // New values.

  newString(str: string): JSValueHandle {
    return this.#core.enter((core) => core.wrap(String(str)));
  }

  newNumber(num: number): JSValueHandle {
    return this.#core.enter((core) => core.wrap(Number(num)));
  }

  newBigInt(val: bigint): JSValueHandle {
    return this.#core.enter((core) => core.wrap(BigInt(val)));
  }

  newObject(): JSValueHandle {
    return this.#core.enter((core) => core.wrap(core.vm.createObject()));
  }

  newArray(): JSValueHandle {
    return this.#core.enter((core) => core.wrap(core.vm.createArray()));
  }

  /** `Symbol.for(description)` */
  newSymbolFor(description: string): JSValueHandle {
    return this.#core.enter((core) => core.wrap(core.vm.fromData(Symbol.for(description))));
  }

  newArrayBuffer(data: ArrayBuffer | Uint8Array): JSValueHandle {
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
    return this.#core.enter((core) => core.wrap(core.vm.createArrayBuffer(bytes)));
  }

  newUint8Array(data: Uint8Array): JSValueHandle {
    return this.#core.enter((core) => core.wrap(core.vm.createTypedArray("uint8", data)));
  }

  /** Makes an error with the name, message and stack of one of the embedder. */
  newError(messageOrError: string | Error): JSValueHandle {
    return this.#core.wrap(newError(this.#core, messageOrError));
  }

  /** Makes a promise. */
  newPromise(): Deferred {
    this.#core.live();
    return newPromise(this.#core);
  }

  // Host functions.

  /** Makes a function that calls one of the embedder. A restored VM finds it by its name. */
  newFunction(name: string, fn: HostFunction): JSValueHandle {
    this.#core.live();
    if (this.#core.hostCalls.has(name)) {
      throw new Error(`Host callback with name "${name}" is already registered`);
    }
    return this.#function(name, fn);
  }

  /** Makes a function that can be called until its handle is disposed of. */
  newEphemeralFunction(fn: HostFunction): JSValueHandle {
    const name = `__ephemeral:${++this.#ephemeral}`;
    const handle = this.#function(name, fn);
    handle.onDispose = () => this.#core.hostCalls.delete(name);
    return handle;
  }

  #function(name: string, fn: HostFunction): JSValueHandle {
    if (typeof fn !== "function") {
      throw new TypeError(`the host function ${name} is a ${typeof fn}: pass a function`);
    }
    const { hostCalls } = this.#core;
    const handle = this.#core.wrap(this.#core.enter(() => hostCalls.make(name)));
    hostCalls.set(name, fn);
    return handle;
  }

  /** Says which function a name stands for: after a restore, those of the frozen VM. */
  registerHostCallback(name: string, fn: HostFunction): void {
    this.#core.hostCalls.set(name, fn);
  }

  /** Forgets the function of a name. Returns whether there was one. */
  unregisterHostCallback(name: string): boolean {
    return this.#core.hostCalls.delete(name);
  }

  // Calls and properties.

  /** `func.call(thisVal, ...args)` */
  callFunction(func: JSValueHandle, thisVal: JSValueHandle, ...args: JSValueHandle[]): JSValueHandle {
    const core = this.#core;
    const [value, self] = [func.value(), thisVal.input(core)];
    const inputs = args.map((arg) => arg.input(core));
    return core.wrap(core.run(() => value.callWithThis(self, ...inputs)));
  }

  /** `new ctor(...args)` */
  construct(ctor: JSValueHandle, ...args: JSValueHandle[]): JSValueHandle {
    const core = this.#core;
    const value = ctor.value();
    const inputs = args.map((arg) => arg.input(core));
    return core.wrap(core.run(() => value.construct(...inputs)));
  }

  /** `obj[key] = value` */
  setProp(obj: JSValueHandle, key: string | JSValueHandle, value: JSValueHandle): void {
    const core = this.#core;
    const [target, name, input] = [obj.value(), keyOf(core, key), value.input(core)];
    core.enter(() => target.set(name, input));
  }

  /** Defines a property. Attributes that are not given are `false`. */
  defineProp(
    obj: JSValueHandle,
    key: string | JSValueHandle,
    value: JSValueHandle,
    descriptor?: JSPropertyDescriptor,
  ): void {
    definePropertyOf(this.#core, obj, key, value, descriptor);
  }

  /** `obj[key]` */
  getProp(obj: JSValueHandle, key: string | JSValueHandle): JSValueHandle {
    const core = this.#core;
    const [target, name] = [obj.value(), keyOf(core, key)];
    return core.wrap(core.enter(() => target.get(name)));
  }

  /** A handle to `undefined`: exceptions are thrown, and none is kept. */
  getException(): JSValueHandle {
    return this.getUndefined();
  }

  /** `typeof value` */
  typeof(handle: JSValueHandle): string {
    return handle.typeof;
  }

  /** Copies a value out of the VM. */
  dump(handle: JSValueHandle): unknown {
    return dump(this.#core, handle);
  }

  /** Copies a value into the VM. A promise of the embedder becomes one that follows it. */
  hostToHandle(value: unknown): JSValueHandle {
    this.#core.live();
    return hostToHandle(this.#core, value);
  }

  // Promises.

  /** Waits for a promise of the VM, which `executePendingJobs()` settles. */
  async resolvePromise(promiseHandle: JSValueHandle): Promise<PromiseResult> {
    this.#core.live();
    return resolvePromise(this.#core, promiseHandle);
  }

  /** Keeps the rejection of a promise from being reported. */
  markPromiseHandled(promise: JSValueHandle): void {
    if (promise.isPromise) {
      const value = promise.value();
      this.#core.enter(({ instance }) => instance.promisesMarkHandled(value));
    }
  }

  /** @internal `promise.then(onFulfilled, onRejected)`, by the function that a fresh VM has. */
  promiseThenRaw(promise: JSValueHandle, onFulfilled: JSValueHandle, onRejected: JSValueHandle): JSValueHandle {
    const [value, ok, fail] = [promise, onFulfilled, onRejected].map((handle) => handle.value());
    return this.#core.wrap(this.#core.enter(({ hostCalls }) => hostCalls.then(value!, ok!, fail!)));
  }

  // Lifetimes.

  /** Calls a function, and gives up the handles that it made and did not let escape. */
  withScope<T>(fn: (scope: HandleScope) => T): T {
    return withScope(this.#core, fn);
  }

  /** A number under which this VM, and those restored from its snapshots, find the value. */
  exportHandle(handle: JSValueHandle): number {
    return exportHandle(this.#core, handle);
  }

  /** A handle to the value of a number from `exportHandle()`. */
  importHandle(token: number): JSValueHandle {
    return importHandle(this.#core, token);
  }

  /** Freezes the VM. It can be used on. */
  snapshot(): Snapshot {
    return freeze(this.#core);
  }

  /** Gives the VM up. Each later use of it throws. */
  dispose(): void {
    this.#core.dispose();
  }
}

/** `using vm = await QuickJS.create()` gives it up. */
export interface QuickJS {
  [Symbol.dispose](): void;
}

const disposeSymbol: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
if (disposeSymbol !== undefined) {
  Object.defineProperty(QuickJS.prototype, disposeSymbol, { value: QuickJS.prototype.dispose });
}
