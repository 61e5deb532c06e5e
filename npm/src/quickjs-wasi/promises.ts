/** Promises of the VM that the embedder waits for, and those that it settles. */

import { Value } from "../value.js";
import type { Core } from "./core.js";
import type { JSValueHandle } from "./handle.js";
import type { Deferred, PromiseResult } from "./types.js";

interface Observer {
  promise: Value;
  settled(result: PromiseResult): void;
  failed(error: unknown): void;
}

/** Who waits for promises of a VM. */
export class Observers {
  readonly #core: Core;
  readonly #waiting = new Set<Observer>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Waits for a promise, of which no code of a script is called. */
  observe(promise: Value): Promise<PromiseResult> {
    this.#core.instance.promisesMarkHandled(promise);
    return new Promise((settled, failed) => {
      this.#waiting.add({ promise: promise.clone(), settled, failed });
    });
  }

  /** Tells who waits for promises that are settled now. */
  check(): void {
    const { vm } = this.#core;
    if (vm.isGone) {
      this.cancel(vm.trap ?? new Error("the VM is gone"));
      return;
    }
    for (const observer of this.#waiting) {
      const result = resultOf(this.#core, observer.promise);
      if (result !== undefined) {
        this.#waiting.delete(observer);
        observer.promise.dispose();
        observer.settled(result);
      }
    }
  }

  /** Tells who waits that nothing will come. */
  cancel(error: unknown): void {
    for (const { failed } of this.#waiting) {
      failed(error);
    }
    this.#waiting.clear();
  }
}

/** What a promise was settled with, or nothing as long as it is pending. */
function resultOf(core: Core, promise: Value): PromiseResult | undefined {
  const state = core.vm.promiseState(promise);
  if (state === "pending" || state === undefined) {
    return undefined;
  }
  const scope = core.scope;
  // Whoever waits gets it after the present scope.
  core.scope = undefined;
  const value = core.wrap(core.vm.promiseResult(promise));
  core.scope = scope;
  return state === "rejected" ? { error: value } : { value };
}

/** Waits for a promise. Another value is a result by itself. */
export function resolvePromise(core: Core, handle: JSValueHandle): Promise<PromiseResult> {
  if (!handle.isPromise) {
    const value = handle.dup();
    core.scope?.delete(value);
    return Promise.resolve({ value });
  }
  const promise = handle.value();
  const result = resultOf(core, promise);
  return result === undefined ? core.observers.observe(promise) : Promise.resolve(result);
}

/** Makes a promise in the VM. */
export function newPromise(core: Core): Deferred {
  const { promise, resolve, reject } = core.enter(({ vm }) => vm.createPromise());
  const handle = core.wrap(promise);
  // Who waits may do so after the handle was given up.
  const own = promise.clone();
  let isResolved = false;
  const settle = (resolver: Value, value: JSValueHandle): void => {
    if (isResolved) {
      return;
    }
    const input = value.input(core);
    isResolved = true;
    try {
      core.run(() => resolver.call(input));
    } finally {
      resolve.dispose();
      reject.dispose();
    }
  };
  let settled: Promise<void> | undefined;
  return {
    handle,
    get settled() {
      if (settled === undefined) {
        core.live();
        const result = resultOf(core, own);
        settled = (result === undefined ? core.observers.observe(own) : Promise.resolve(result)).then((end) => {
          ("value" in end ? end.value : end.error).dispose();
        });
      }
      return settled;
    },
    resolve: (value) => settle(resolve, value),
    reject: (value) => settle(reject, value),
  };
}
