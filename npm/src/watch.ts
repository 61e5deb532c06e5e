/** Decides whether a call into a VM may go on. */

import type { InterruptPoint, InterruptReason } from "./abi/bindings.js";
import type { Limits } from "./limits.js";

/** How long a built-in may run beyond the time limit before the VM is given up, in milliseconds. */
const GRACE = 1_000;
/** How many polls a built-in may do beyond a stop that is not by time. */
const GRACE_POLLS = 1_000;

/** Watches the calls into one VM, one at a time. The clock is first read when the VM first polls. */
export class Watch {
  /** A flag in shared memory: another thread stores another number than 0 to stop the VM. */
  flag: Int32Array | undefined;
  /** The signal of the embedder. */
  signal: AbortSignal | undefined;
  /** The time at which calls must end, by {@link now}. */
  deadline = Infinity;
  /** Asked at each poll: whether the embedder wants to stop the VM. */
  stop: (() => boolean) | undefined;
  /** What a hook of the embedder threw, which is the reason of the stop. */
  thrown: { value: unknown } | undefined;

  #limits: Required<Limits>;
  readonly #now: () => number;
  #started = -1;
  #polls = 0;
  #reason: InterruptReason | undefined;
  #overdue = 0;
  #overduePolls = 0;

  constructor(limits: Required<Limits>, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  set limits(limits: Required<Limits>) {
    this.#limits = limits;
  }

  /** A call begins. */
  begin(): void {
    this.#started = -1;
    this.#polls = 0;
    this.#reason = undefined;
    this.#overdue = 0;
    this.thrown = undefined;
  }

  /** Why the VM must stop now. Once there is a reason, it stays one until the call ends. */
  poll(point: InterruptPoint): InterruptReason | undefined {
    this.#polls++;
    const now = this.#now();
    if (this.#started < 0) {
      this.#started = now;
    }
    this.#reason ??= this.#due(now);
    if (this.#reason === undefined) {
      return undefined;
    }
    if (point === "bytecode") {
      return this.#reason;
    }
    // To stop a built-in ends the VM, so it has some time to reach a bytecode.
    if (this.#overdue === 0) {
      this.#overdue = now;
      this.#overduePolls = this.#polls;
    }
    const waited = now - this.#overdue > GRACE || this.#polls - this.#overduePolls > GRACE_POLLS;
    return waited ? this.#reason : undefined;
  }

  #due(now: number): InterruptReason | undefined {
    if (this.thrown !== undefined) {
      return "embedder";
    }
    if (now >= this.deadline) {
      return "deadline";
    }
    if (now - this.#started >= this.#limits.time) {
      return "time-limit";
    }
    if (this.#polls > this.#limits.work) {
      return "work-limit";
    }
    const flagged = this.flag !== undefined && Atomics.load(this.flag, 0) !== 0;
    if (flagged || this.signal?.aborted === true) {
      return "requested";
    }
    return this.stop !== undefined && this.#stops(this.stop) ? "embedder" : undefined;
  }

  #stops(stop: () => boolean): boolean {
    try {
      return stop();
    } catch (value) {
      // It cannot be thrown through the VM.
      this.thrown = { value };
      return true;
    }
  }
}
