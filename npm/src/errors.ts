/** The errors of this package. Each kind of failure is a class of its own. */

import type { InterruptReason } from "./abi/bindings.js";
import type { Output } from "./abi/machine.js";

/** The base class. */
export class JsvmError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** A mistake of the program that uses this package, such as a handle that was disposed. */
export class UseError extends JsvmError {}

/** A script threw. The VM can be used on. */
export class ScriptError extends JsvmError {
  /** The thrown value. */
  readonly value: Output;
  /** `name` of the thrown error, or an empty text. */
  readonly scriptName: string;
  /** `stack` of the thrown error, a line for each frame, or an empty text. */
  readonly scriptStack: string;

  constructor(value: Output, name: string, message: string, stack: string) {
    super(name === "" ? `the script threw ${message}` : `${name}: ${message}`);
    this.value = value;
    this.scriptName = name;
    this.scriptStack = stack;
  }
}

/** A script was stopped. The VM can be used on. */
export class InterruptedError extends JsvmError {
  /** Why it was stopped. */
  readonly reason: InterruptReason;

  constructor(reason: InterruptReason, cause?: unknown) {
    super(INTERRUPTED[reason], cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

const INTERRUPTED: Record<InterruptReason, string> = {
  "time-limit": "the script took more time than limits.time",
  "cpu-time-limit": "the script took more CPU time than it may",
  "work-limit": "the script did more work than limits.work",
  deadline: "the script ran beyond its deadline",
  requested: "the script was stopped by its signal",
  embedder: "the script was stopped",
};

/** A script reached a limit, and did not catch the error. The VM can be used on. */
export class LimitError extends JsvmError {
  /** The limit. */
  readonly limit: "memory" | "output";

  constructor(limit: "memory" | "output", bytes?: bigint) {
    super(
      limit === "memory"
        ? "the script reached limits.memory"
        : `the value takes more than limits.output, ${bytes} bytes, as data`,
    );
    this.limit = limit;
  }
}

/** The VM is gone: something went wrong inside of a call, which left it in no defined state. */
export class EngineTrap extends JsvmError {
  constructor(cause: unknown) {
    super(`the VM is gone: ${describe(cause)}`, { cause });
  }
}

/** A snapshot cannot be taken or restored. */
export class SnapshotError extends JsvmError {}

/** The engine's file is none, or of another version. */
export class EngineError extends JsvmError {}

function describe(cause: unknown): string {
  if (cause instanceof RangeError) {
    return "the host's stack is exhausted. Lower limits.stack, or call it from fewer frames";
  }
  return cause instanceof Error ? cause.message : String(cause);
}
