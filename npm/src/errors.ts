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

/** Why a snapshot cannot be taken, read, written or restored. */
export type SnapshotReason =
  /** The bytes are something else. */
  | "not-a-snapshot"
  /** It is in a format that is no longer read. */
  | "old-format"
  /** It is in a format of a later version. */
  | "unknown-format"
  /** The bytes end too early. */
  | "truncated"
  /** The bytes are not those that were written. */
  | "damaged"
  /** The bytes are as they were written, but mean nothing. */
  | "malformed"
  /** It is of another engine: {@link SnapshotError.engine}. */
  | "other-engine"
  /** It makes requests of a later version than is answered here. */
  | "future-requests"
  /** It makes requests of a version that is no longer answered. */
  | "old-requests"
  /** It is to be resumed, and its VM had a seed. */
  | "missing-seed"
  /** It needs more memory than is allowed. */
  | "too-large"
  /** It is a delta, and its parent is needed: {@link SnapshotError.parent}. */
  | "missing-parent"
  /** It is relative to another snapshot: {@link SnapshotError.parent}. */
  | "wrong-parent"
  /** It is sealed, and no key was given. */
  | "sealed"
  /** A key was given, and it is not sealed. */
  | "not-sealed"
  /** The key is another, or the bytes were altered. */
  | "wrong-key"
  /** The VM is running. */
  | "busy"
  /** The host has no memory for it. */
  | "no-memory"
  /** Something else failed. */
  | "failed";

/** A snapshot cannot be taken, read, written or restored. Nothing was changed, and no VM was made. */
export class SnapshotError extends JsvmError {
  /** Why. */
  readonly reason: SnapshotReason;
  /** The snapshot that is needed: of `missing-parent` and `wrong-parent`. */
  readonly parent: string | undefined;
  /** The engine that made it: of `other-engine`. */
  readonly engine: { readonly id: string; readonly version: string } | undefined;

  constructor(
    reason: SnapshotReason,
    message: string,
    more: { parent?: string; engine?: { id: string; version: string }; cause?: unknown } = {},
  ) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    this.reason = reason;
    this.parent = more.parent;
    this.engine = more.engine;
  }
}

/** The engine's file is none, or of another version. */
export class EngineError extends JsvmError {}

function describe(cause: unknown): string {
  if (cause instanceof RangeError) {
    return "the host's stack is exhausted. Lower limits.stack, or call it from fewer frames";
  }
  return cause instanceof Error ? cause.message : String(cause);
}
