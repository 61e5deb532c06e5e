/** Runs what a VM waits for: jobs, timers and asynchronous host functions. */

import { WAITING } from "./abi/bindings.js";
import type { Output } from "./abi/machine.js";
import { ScriptError, UseError } from "./errors.js";
import { type Request, type Rejection, type SourceOptions, Vm } from "./vm.js";
import { Value } from "./value.js";

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
  /** The host functions that run, by the numbers of their requests. */
  readonly #running = new Map<bigint, AbortController>();
  /** What the host functions ended with, until the VM is told. */
  readonly #outcomes: (() => void)[] = [];
  #wake: (() => void) | undefined;
  /** Requests whose names are none of the asynchronous functions: somebody else settles them. */
  readonly #foreign = new Set<bigint>();
  #begun = false;

  constructor(vm: Vm, options: EventLoopOptions = {}) {
    this.#vm = vm;
    this.#options = options;
  }

  /** Evaluates a source, and waits for the promise that it results in. */
  async eval(source: string, options: SourceOptions = {}): Promise<Output> {
    const result = this.#vm.eval(source, options);
    return result instanceof Value && result.kind === "promise" ? this.settled(result) : result;
  }

  /** Waits until a promise is settled. Throws a {@link ScriptError} if it is rejected. */
  async settled(promise: Value): Promise<Output> {
    const vm = this.#vm;
    const state = () => vm.promiseState(promise);
    if (state() === undefined) {
      return promise;
    }
    // Whoever waits for it handles its rejection.
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
        const timer = report.nextTimer;
        if (timer === undefined && this.#running.size === 0 && this.#outcomes.length === 0) {
          if (silent === undefined) {
            return;
          }
          if (this.#foreign.size === 0) {
            throw new UseError(silent);
          }
        }
        if (this.#outcomes.length === 0) {
          await this.#wait(timer);
        }
      }
    } finally {
      if (signal?.aborted === true) {
        for (const controller of this.#running.values()) {
          controller.abort(signal.reason);
        }
      }
    }
  }

  #step() {
    const vm = this.#vm;
    for (const tell of this.#outcomes.splice(0)) {
      tell();
    }
    const report = vm.runJobs(JOBS);
    const waiting = report.waiting;
    if (!this.#begun) {
      // A restored VM waits for what the frozen one asked for.
      this.#begun = true;
      vm.unsettledRequests().forEach((request) => this.#start(request));
    } else if ((waiting & WAITING.requests) !== 0) {
      vm.takeRequests().forEach((request) => this.#start(request));
    }
    if ((waiting & WAITING.cancellations) !== 0) {
      for (const id of vm.takeCancellations()) {
        this.#running.get(id)?.abort();
        this.#foreign.delete(id);
      }
    }
    if ((waiting & WAITING.rejections) !== 0) {
      this.#reject(vm.takeUnhandledRejections());
    }
    return report;
  }

  #start({ id, name, args }: Request): void {
    const called = this.#vm.options.asyncFunctions?.[name];
    if (called === undefined) {
      this.#foreign.add(id);
      return;
    }
    const controller = new AbortController();
    this.#running.set(id, controller);
    const context = { signal: controller.signal, id };
    const end = (tell: () => void): void => {
      this.#running.delete(id);
      this.#outcomes.push(tell);
      this.#wake?.();
    };
    // A function that throws before its first await rejects, too.
    void (async () => called.apply(context, args))().then(
      (value) => end(() => this.#settle(id, value)),
      (reason: unknown) => end(() => void this.#vm.reject(id, reason)),
    );
  }

  #settle(id: bigint, value: unknown): void {
    try {
      this.#vm.settle(id, value);
    } catch (error) {
      // The value has no form as data: the script is told.
      if (!(error instanceof TypeError)) {
        throw error;
      }
      this.#vm.reject(id, error);
    }
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
      const wake = (): void => {
        this.#vm.wakers.delete(wake);
        if (timeout !== undefined) {
          clearTimeout(timeout);
        }
        resolve();
      };
      this.#wake = wake;
      this.#vm.wakers.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
    this.#wake = undefined;
    // Settled from outside: the VM says which are left.
    if (this.#foreign.size !== 0) {
      const left = new Set(this.#vm.unsettledRequests().map(({ id }) => id));
      this.#foreign.forEach((id) => left.has(id) || this.#foreign.delete(id));
    }
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
