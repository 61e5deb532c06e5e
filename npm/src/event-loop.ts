/** Runs what a VM waits for: jobs, timers and asynchronous host functions. */

import { WAITING } from "./abi/bindings.js";
import type { Output } from "./abi/machine.js";
import { ScriptError, UseError } from "./errors.js";
import { fetchImports, fetchModule, isFetched } from "./modules/fetched.js";
import { Value } from "./value.js";
import type { Rejection, SourceOptions, Vm } from "./vm.js";

/** The options of an {@link EventLoop}. */
export interface EventLoopOptions {
  /** Ends the loop, and aborts what its host functions do. */
  signal?: AbortSignal;
  /** Takes rejections that nothing handled. Without it, the loop throws the first. */
  onUnhandledRejection?: (rejection: Rejection) => void;
}

/** The longest time that a timer of the host takes. */
const MAX_TIMEOUT = 0x7fff_ffff;

/** How many jobs run before the host gets its turn. */
const JOBS = 10_000;

/**
 * Runs the jobs, timers and asynchronous host functions of a VM.
 *
 * ```js
 * const loop = new EventLoop(vm);
 * const sum = await loop.eval("const a = await price('tea'); a + 1", { async: true });
 * ```
 */
export class EventLoop {
  readonly #vm: Vm;
  readonly #options: EventLoopOptions;
  #begun = false;

  constructor(vm: Vm, options: EventLoopOptions = {}) {
    this.#vm = vm;
    this.#options = options;
  }

  /** Evaluates a source, and waits for the promise that it results in. */
  async eval(source: string, options: SourceOptions = {}): Promise<Output> {
    if (options.module === true && isFetched(this.#vm.modules)) {
      await fetchImports(this.#vm, source, options.fileName ?? "<eval>");
    }
    const result = this.#vm.eval(source, options);
    return result instanceof Value && result.kind === "promise" ? this.settled(result) : result;
  }

  /** Imports a module, as what a program begins with. Returns its namespace. */
  async import(specifier: string, importer = ""): Promise<Output> {
    if (isFetched(this.#vm.modules)) {
      await fetchModule(this.#vm, specifier, importer);
    }
    return this.settled(this.#vm.importModule(specifier, importer));
  }

  /** Waits until a promise is settled. Throws a {@link ScriptError} if it is rejected. */
  async settled(promise: Value): Promise<Output> {
    const vm = this.#vm;
    const state = () => vm.promiseState(promise);
    if (state() === undefined) {
      return promise;
    }
    // This function handles its rejection.
    vm.instance.promisesMarkHandled(promise);
    await this.#until(() => state() !== "pending", "the promise waits for something that nobody settles");
    const result = vm.promiseResult(promise);
    if (state() === "fulfilled") {
      return result;
    }
    throw rejected(result);
  }

  /**
   * Runs until nothing is left to do: no job, no timer, no asynchronous host function. What then still
   * waits, waits for {@link Vm.settle}: see {@link Vm.unsettledRequests}.
   */
  async run(): Promise<void> {
    await this.#until(() => false, undefined);
  }

  async #until(isDone: () => boolean, silent: string | undefined): Promise<void> {
    const { signal } = this.#options;
    try {
      for (;;) {
        signal?.throwIfAborted();
        const report = this.#step();
        if (isDone()) {
          return;
        }
        if (report.pending) {
          await turn();
          continue;
        }
        const { pending } = this.#vm;
        const timer = report.nextTimer;
        if (timer === undefined && !pending.isBusy) {
          if (silent === undefined) {
            return;
          }
          if (!pending.hasForeign) {
            throw new UseError(silent);
          }
        }
        if (!pending.hasOutcome) {
          await this.#wait(timer);
        }
      }
    } finally {
      if (signal?.aborted === true) {
        this.#vm.pending.drop(signal.reason);
      }
    }
  }

  #step() {
    const vm = this.#vm;
    const { pending } = vm;
    pending.tell();
    if (!this.#begun) {
      // A restored VM waits for what the frozen one asked for.
      this.#begun = true;
      pending.begin();
    }
    const report = vm.runJobs(JOBS);
    if (report.executed > 0) {
      // What another event loop waits for may have come.
      pending.wake();
    }
    const waiting = report.waiting;
    if ((waiting & WAITING.requests) !== 0) {
      vm.takeRequests().forEach((request) => pending.start(request, false));
    }
    if ((waiting & WAITING.cancellations) !== 0) {
      pending.cancel(vm.takeCancellations());
    }
    if ((waiting & WAITING.rejections) !== 0) {
      this.#reject(vm.takeUnhandledRejections());
    }
    return report;
  }

  #reject(rejections: Rejection[]): void {
    for (const rejection of rejections) {
      if (this.#options.onUnhandledRejection !== undefined) {
        this.#options.onUnhandledRejection(rejection);
        continue;
      }
      const { name, message, stack } = rejection;
      throw new ScriptError(undefined, name, message, stack);
    }
  }

  /** Waits until an outcome is there, or a timer is due in so many nanoseconds. */
  async #wait(timer: bigint | undefined): Promise<void> {
    const { signal } = this.#options;
    await new Promise<void>((resolve) => {
      const timeout =
        timer === undefined
          ? undefined
          : setTimeout(() => wake(), Math.min(MAX_TIMEOUT, Math.ceil(Number(timer) / 1e6)));
      const { wakers } = this.#vm.pending;
      const wake = (): void => {
        wakers.delete(wake);
        signal?.removeEventListener("abort", wake);
        if (timeout !== undefined) {
          clearTimeout(timeout);
        }
        resolve();
      };
      wakers.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
    // Settled from outside: the VM says which are left.
    this.#vm.pending.refresh();
  }
}

function rejected(reason: Output): Error {
  if (!(reason instanceof Value)) {
    return new ScriptError(reason, "", String(reason), "");
  }
  if (reason.kind !== "error") {
    return new ScriptError(reason, "", reason.inspect(), "");
  }
  const text = (key: string): string => {
    const value = reason.get(key);
    return value instanceof Value ? value.toString() : "";
  };
  return new ScriptError(reason, text("name"), text("message"), text("stack"));
}

/** Lets the host do other work. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
