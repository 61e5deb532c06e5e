/** The requests of a VM that functions of the embedder carry out. */

import type { AsyncHostFunction } from "./options.js";
import { handlersOf } from "./requests.js";
import type { Request, Vm } from "./vm.js";

interface Running {
  controller: AbortController;
  /** Whether the event loop that began it was stopped: what comes of it is for nobody. */
  isDropped: boolean;
}

/**
 * The requests of one VM. Several event loops of the VM share them, so that one goes on with what another has
 * begun.
 */
export class PendingRequests {
  readonly #vm: Vm;
  readonly #running = new Map<bigint, Running>();
  /** What functions ended with, until the VM is told. */
  #outcomes: (() => void)[] = [];
  /** Requests that no function answers: somebody else settles them. */
  readonly #foreign = new Set<bigint>();
  #handlers: ReadonlyMap<string, AsyncHostFunction> | undefined;
  /** What waits until something happens. */
  readonly wakers = new Set<() => void>();

  constructor(vm: Vm) {
    this.#vm = vm;
  }

  /** Whether a function runs, or has ended. */
  get isBusy(): boolean {
    return this.#running.size !== 0 || this.#outcomes.length !== 0;
  }

  get hasOutcome(): boolean {
    return this.#outcomes.length !== 0;
  }

  /** Whether somebody else has requests to settle. */
  get hasForeign(): boolean {
    return this.#foreign.size !== 0;
  }

  /** Lets what waits look again. */
  wake(): void {
    [...this.wakers].forEach((wake) => wake());
  }

  /** Tells the VM what has ended. */
  tell(): void {
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    outcomes.forEach((tell) => tell());
  }

  /** Starts what was asked for before: by a VM that was frozen, or while another event loop ran. */
  begin(): void {
    const fresh = new Set(this.#vm.takeRequests().map(({ id }) => id));
    for (const request of this.#vm.unsettledRequests()) {
      if (!this.#running.has(request.id) && !this.#foreign.has(request.id)) {
        this.start(request, !fresh.has(request.id));
      }
    }
  }

  /** Starts the function that answers a request. */
  start({ id, name, args }: Request, repeated: boolean): void {
    this.#handlers ??= handlersOf(this.#vm);
    const handler = this.#handlers.get(name);
    if (handler === undefined) {
      this.#foreign.add(id);
      return;
    }
    const controller = new AbortController();
    const running: Running = { controller, isDropped: false };
    this.#running.set(id, running);
    const context = { signal: controller.signal, id, name, repeated };
    const end = (tell: () => void): void => {
      if (!running.isDropped) {
        this.#running.delete(id);
        this.#outcomes.push(tell);
        this.wake();
      }
    };
    // A function that throws before its first await rejects, too.
    void (async () => handler.apply(context, args))().then(
      (value) => end(() => this.#settle(id, value)),
      (reason: unknown) => end(() => this.#reject(id, reason)),
    );
  }

  /** Aborts what scripts gave up. */
  cancel(ids: Iterable<bigint>): void {
    for (const id of ids) {
      this.#running.get(id)?.controller.abort();
      this.#foreign.delete(id);
    }
  }

  /** Aborts everything. Another event loop starts it again. */
  drop(reason: unknown): void {
    for (const running of this.#running.values()) {
      running.isDropped = true;
      running.controller.abort(reason);
    }
    this.#running.clear();
  }

  /** Forgets what was settled from outside. */
  refresh(): void {
    if (this.#foreign.size !== 0) {
      const left = new Set(this.#vm.unsettledRequests().map(({ id }) => id));
      this.#foreign.forEach((id) => left.has(id) || this.#foreign.delete(id));
    }
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

  #reject(id: bigint, reason: unknown): void {
    try {
      this.#vm.reject(id, reason);
    } catch (error) {
      if (!(error instanceof TypeError)) {
        throw error;
      }
      this.#vm.reject(id, error);
    }
  }
}
