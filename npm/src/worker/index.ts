/**
 * A VM in a worker: a script that computes does not keep this thread.
 *
 * @packageDocumentation
 */

import type { MemoryUsage } from "../abi/bindings.js";
import type { Engine } from "../engine.js";
import { EngineTrap, UseError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { AsyncHostFunction, ModuleSource, VmOptions } from "../options.js";
import { givenHandlers } from "../requests.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import type { Request, SourceOptions } from "../vm.js";
import { type FromWorker, receiveError, receiveSnapshot, type SentSnapshot, sendSnapshot, type Setup, type ToWorker } from "./messages.js";
import { type Port, startWorker } from "./port.js";

/** The options of a VM in a worker: those that can work from another thread. */
export interface WorkerVmOptions
  extends Pick<
    VmOptions,
    "limits" | "asyncFunctions" | "requests" | "fetch" | "handlers" | "config" | "keyvalue" | "console" | "signal" | "seed"
  > {
  /** A map of names and texts, or a function that fetches them. */
  modules?: Record<string, ModuleSource> | { fetch(name: string): Promise<ModuleSource | undefined> | ModuleSource | undefined };
}

const OPTIONS = new Set([
  "limits",
  "asyncFunctions",
  "requests",
  "fetch",
  "handlers",
  "config",
  "keyvalue",
  "console",
  "signal",
  "seed",
  "modules",
]);

/** How many MiB of native stack `limits.stack` needs: the engine takes about four times as much. */
const stackOf = (limits: Limits | undefined): number => Math.max(4, Math.ceil(((limits?.stack ?? 0) * 5) / (1 << 20)) + 1);

type Waiting = { resolve(value: any): void; reject(error: unknown): void };

/**
 * A VM in a worker. Its methods are those of {@link Vm} and {@link EventLoop}, and return promises; values cross
 * as copies.
 *
 * ```js
 * const vm = await WorkerVm.create(engine, { asyncFunctions: { price: async (item) => item.length } });
 * await vm.eval("price('tea')"); // 3
 * vm.dispose();
 * ```
 */
export class WorkerVm {
  readonly #port: Port;
  readonly #options: WorkerVmOptions;
  readonly #handlers: ReadonlyMap<string, AsyncHostFunction>;
  readonly #flag: Int32Array | undefined;
  readonly #calls = new Map<number, Waiting>();
  readonly #aborts = new Map<number, AbortController>();
  readonly #ready: { promise: Promise<void>; waiting: Waiting };
  #last = 0;
  #gone: Error | undefined;

  private constructor(port: Port, options: WorkerVmOptions) {
    this.#port = port;
    this.#options = options;
    this.#handlers = givenHandlers(options);
    this.#flag = typeof SharedArrayBuffer === "function" ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    let waiting!: Waiting;
    const promise = new Promise<void>((resolve, reject) => {
      waiting = { resolve, reject };
    });
    this.#ready = { promise, waiting };
    port.listen(
      (message) => this.#take(message),
      (cause) => this.#end(new EngineTrap(cause)),
    );
    options.signal?.addEventListener("abort", () => this.interrupt());
  }

  /** Creates a VM in a worker of its own. */
  static create(engine: Engine, options: WorkerVmOptions = {}): Promise<WorkerVm> {
    return WorkerVm.#start(engine, options, undefined, "new");
  }

  /** Makes a VM of a snapshot in a worker: see {@link Engine.restore}. */
  static restore(engine: Engine, snapshot: Snapshot, options: WorkerVmOptions = {}): Promise<WorkerVm> {
    return WorkerVm.#start(engine, options, snapshot, "restore");
  }

  /** Makes the VM of a snapshot go on in a worker: see {@link Engine.resume}. */
  static resume(engine: Engine, snapshot: Snapshot, options: WorkerVmOptions = {}): Promise<WorkerVm> {
    return WorkerVm.#start(engine, options, snapshot, "resume");
  }

  static async #start(
    engine: Engine,
    options: WorkerVmOptions,
    snapshot: Snapshot | undefined,
    origin: Setup["origin"],
  ): Promise<WorkerVm> {
    const wrong = Object.keys(options).find((name) => !OPTIONS.has(name));
    if (wrong !== undefined) {
      throw new TypeError(`a VM in a worker has no option ${wrong}: it has ${[...OPTIONS].join(", ")}`);
    }
    const { modules } = options;
    const isFetched = typeof modules?.fetch === "function";
    const vm = new WorkerVm(await startWorker(stackOf(options.limits)), options);
    const asyncFunctions = Object.keys(options.asyncFunctions ?? {});
    const setup: Setup = {
      module: engine.module,
      flag: vm.#flag,
      limits: options.limits,
      asyncFunctions,
      handlers: [...vm.#handlers.keys()].filter((name) => !asyncFunctions.includes(name)),
      requests: [...(options.requests ?? [])],
      config: options.config === undefined ? undefined : { ...options.config },
      seed: options.seed,
      hasFetch: options.fetch !== undefined,
      hasKeyValue: options.keyvalue !== undefined,
      hasConsole: options.console !== undefined,
      modules: isFetched ? true : (modules as Record<string, ModuleSource> | undefined),
      snapshot: snapshot === undefined ? undefined : sendSnapshot(snapshot),
      origin,
    };
    try {
      vm.#post({ kind: "setup", setup });
      await vm.#ready.promise;
    } catch (error) {
      vm.dispose();
      throw error;
    }
    return vm;
  }

  #post(message: ToWorker): void {
    this.#port.post(message);
  }

  #call<T>(method: string, ...args: unknown[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#gone !== undefined) {
        throw this.#gone;
      }
      const id = ++this.#last;
      this.#calls.set(id, { resolve, reject });
      try {
        this.#post({ kind: "call", id, method, args });
      } catch (error) {
        this.#calls.delete(id);
        throw error;
      }
    });
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        if (message.error === undefined) {
          this.#ready.waiting.resolve(undefined);
        } else {
          this.#ready.waiting.reject(receiveError(message.error));
        }
        break;
      case "result": {
        const call = this.#calls.get(message.id);
        this.#calls.delete(message.id);
        if (message.error === undefined) {
          call?.resolve(message.value);
        } else {
          call?.reject(receiveError(message.error));
        }
        break;
      }
      case "console":
        this.#options.console?.(message.level as never, message.text);
        break;
      case "request": {
        const { id, name, args, request, repeated } = message;
        const controller = new AbortController();
        this.#aborts.set(id, controller);
        const context = { signal: controller.signal, id: request, name, repeated };
        this.#answer(id, async () => this.#handlers.get(name)!.apply(context, args));
        break;
      }
      case "fetch-module": {
        const { modules } = this.#options;
        this.#answer(message.id, async () => (modules as { fetch(name: string): unknown }).fetch(message.name));
        break;
      }
      case "abort":
        this.#aborts.get(message.id)?.abort();
        break;
    }
  }

  #answer(id: number, work: () => Promise<unknown>): void {
    const send = (message: ToWorker): void => {
      this.#aborts.delete(id);
      if (this.#gone === undefined) {
        this.#post(message);
      }
    };
    work()
      .then((value) => send({ kind: "answer", id, value }))
      .catch((error: unknown) => {
        try {
          send({ kind: "answer", id, error });
        } catch {
          send({ kind: "answer", id, error: new TypeError("the error cannot be sent to a worker") });
        }
      });
  }

  #end(reason: Error): void {
    this.#gone ??= reason;
    this.#ready.waiting.reject(this.#gone);
    this.#calls.forEach(({ reject }) => reject(this.#gone));
    this.#calls.clear();
    this.#aborts.forEach((controller) => controller.abort());
    this.#aborts.clear();
  }

  /** Whether the VM was disposed, or its worker ended. */
  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** Evaluates a source, waits for the promise that it results in, and returns a copy of the value. */
  eval(source: string, options: SourceOptions = {}): Promise<any> {
    return this.#call("eval", source, options);
  }

  /** Calls a global function with copies of values, and waits for its result. */
  call(name: string, ...args: unknown[]): Promise<any> {
    return this.#call("call", name, ...args);
  }

  /** Runs until nothing is left to do: see {@link EventLoop.run}. */
  run(): Promise<void> {
    return this.#call("run");
  }

  /** Freezes the VM. */
  async snapshot(): Promise<Snapshot> {
    return receiveSnapshot(await this.#call<SentSnapshot>("snapshot"));
  }

  /** All requests that are not settled. */
  unsettledRequests(): Promise<Request[]> {
    return this.#call("unsettledRequests");
  }

  /** Fulfils the promise of a request. Returns whether it was unsettled. */
  settle(id: bigint, value: unknown): Promise<boolean> {
    return this.#call("settle", id, value);
  }

  /** Rejects the promise of a request. Returns whether it was unsettled. */
  reject(id: bigint, reason: unknown): Promise<boolean> {
    return this.#call("reject", id, reason);
  }

  memoryUsage(): Promise<MemoryUsage> {
    return this.#call("memoryUsage");
  }

  /** Replaces limits. Those that are not named stay. */
  setLimits(limits: Limits): Promise<void> {
    return this.#call("setLimits", limits);
  }

  /**
   * Stops what runs: the call throws an {@link InterruptedError}, and the VM can be used on. In a page that is
   * not cross-origin isolated there is no memory to say so: the worker is ended, and the VM is gone.
   */
  interrupt(): void {
    if (this.#flag === undefined) {
      this.#port.end();
      this.#end(new EngineTrap(new Error("its worker was ended")));
    } else if (this.#calls.size !== 0) {
      Atomics.store(this.#flag, 0, 1);
    }
  }

  /** Ends the worker, whatever it does. */
  dispose(): void {
    this.#port.end();
    this.#end(new UseError("the VM was disposed"));
  }
}

/** `using vm = await WorkerVm.create(engine)` ends it. */
const disposeSymbol: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
if (disposeSymbol !== undefined) {
  Object.defineProperty(WorkerVm.prototype, disposeSymbol, { value: WorkerVm.prototype.dispose });
}
