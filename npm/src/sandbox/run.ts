/** Runs a cell until it ends, or only waits for approval. */

import { WAITING } from "../abi/bindings.js";
import type { Output } from "../abi/machine.js";
import { InterruptedError, ScriptError, UseError } from "../errors.js";
import { Value } from "../value.js";
import type { Request, Vm } from "../vm.js";
import type { Gate } from "./gate.js";

/** The name of the requests of tools. */
export const REQUEST = "jsvm:tool";

const JOBS = 10_000;
const MAX_UNHANDLED = 16;

/** How far a cell came. */
export type Progress = { ended: Output } | { threw: Thrown } | { unsettled: true } | { waits: true };

/** What code threw. */
export interface Thrown {
  value: Output;
  name: string;
  message: string;
  stack: string;
}

/** A cell that runs. */
export class Driver {
  readonly unhandled: Thrown[] = [];
  /** Milliseconds in which the VM ran. */
  running = 0;
  readonly #vm: Vm;
  readonly #gate: Gate;
  readonly #deadline: number;
  readonly #signal: AbortSignal | undefined;
  readonly #calls = new Set<number>();
  readonly #answers: { id: bigint; answer: string }[] = [];
  #wake: () => void = () => {};

  constructor(vm: Vm, gate: Gate, deadline: number, signal: AbortSignal | undefined) {
    this.#vm = vm;
    this.#gate = gate;
    this.#deadline = deadline;
    this.#signal = signal;
  }

  /** Calls into the VM within what is left of the time. */
  enter<T>(calls: () => T): T {
    const began = performance.now();
    if (this.#signal?.aborted === true) {
      throw new InterruptedError("requested");
    }
    if (began >= this.#deadline) {
      throw new InterruptedError("deadline");
    }
    try {
      return this.#vm.withDeadline(this.#deadline, calls);
    } finally {
      this.running += performance.now() - began;
    }
  }

  /** Runs until the value of a cell is there, and all calls of tools have ended. */
  async run(cell: Output): Promise<Progress> {
    const vm = this.#vm;
    const state = (): string | undefined => (cell instanceof Value ? vm.promiseState(cell) : undefined);
    if (state() !== undefined) {
      // What it is rejected with is what the cell ends with.
      vm.instance.promisesMarkHandled(cell as Value);
    }
    // A restored VM waits for what the frozen one asked for.
    vm.takeRequests();
    vm.unsettledRequests().forEach((request) => this.#start(request));
    for (;;) {
      const report = this.#step();
      if (report === undefined || report.pending) {
        await turn();
        continue;
      }
      const idle = this.#calls.size === 0 && this.#answers.length === 0;
      if (idle && this.#gate.waiting.size > 0) {
        return { waits: true };
      }
      if (state() !== "pending" && idle) {
        return this.#result(cell, state());
      }
      if (idle && report.nextTimer === undefined) {
        return { unsettled: true };
      }
      if (this.#answers.length === 0) {
        await this.#wait(report.nextTimer);
      }
    }
  }

  #result(cell: Output, state: string | undefined): Progress {
    if (state === undefined) {
      return { ended: cell };
    }
    const result = this.#vm.promiseResult(cell as Value);
    return state === "fulfilled" ? { ended: result } : { threw: thrown(result) };
  }

  #step() {
    const vm = this.#vm;
    for (const { id, answer } of this.#answers.splice(0)) {
      this.enter(() => vm.settle(id, answer));
    }
    let report;
    try {
      report = this.enter(() => vm.runJobs(JOBS));
    } catch (error) {
      // An exception in a timer.
      if (!(error instanceof ScriptError)) {
        throw error;
      }
      this.#keep({ value: error.value, name: error.scriptName, message: error.message.slice(error.scriptName === "" ? 0 : error.scriptName.length + 2), stack: error.scriptStack });
      return undefined;
    }
    if ((report.waiting & WAITING.requests) !== 0) {
      vm.takeRequests().forEach((request) => this.#start(request));
    }
    if ((report.waiting & WAITING.rejections) !== 0) {
      for (const { promise, name, message, stack } of vm.takeUnhandledRejections()) {
        this.#keep({ value: vm.promiseResult(promise), name, message, stack });
      }
    }
    return report;
  }

  #keep(error: Thrown): void {
    if (this.unhandled.length < MAX_UNHANDLED) {
      this.unhandled.push(error);
    }
  }

  #start({ id, name, args }: Request): void {
    if (name !== REQUEST) {
      const message = `nothing answers requests of the name \`${name}\``;
      this.#vm.reject(id, new UseError(message));
      return;
    }
    const number = Number(id);
    if (this.#calls.has(number)) {
      return;
    }
    this.#calls.add(number);
    void this.#gate.answer(number, String(args[0]), String(args[1])).then((answer) => {
      this.#calls.delete(number);
      if (answer !== undefined) {
        this.#answers.push({ id, answer });
      }
      this.#wake();
    });
  }

  /** Waits until a call ends, a timer is due in so many nanoseconds, or the time is over. */
  async #wait(timer: bigint | undefined): Promise<void> {
    const left = Math.max(0, this.#deadline - performance.now());
    const time = Math.min(left, timer === undefined ? Infinity : Math.ceil(Number(timer) / 1e6));
    await new Promise<void>((resolve) => {
      const timeout = setTimeout(() => this.#wake(), Math.min(time, 0x7fff_ffff));
      this.#wake = () => {
        clearTimeout(timeout);
        this.#signal?.removeEventListener("abort", this.#wake);
        resolve();
      };
      this.#signal?.addEventListener("abort", this.#wake);
    });
    this.#wake = () => {};
  }
}

/** Describes a thrown value. */
export function thrown(value: Output): Thrown {
  const text = (key: string): string => {
    const part = value instanceof Value ? value.get(key) : undefined;
    return part instanceof Value ? part.toString() : "";
  };
  try {
    if (value instanceof Value && value.kind === "error") {
      return { value, name: text("name"), message: text("message"), stack: text("stack") };
    }
    return { value, name: "", message: value instanceof Value ? value.inspect() : String(value), stack: "" };
  } catch {
    // Reading it threw.
    return { value, name: "", message: "a value that cannot be read", stack: "" };
  }
}

/** Lets the host do other work. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
