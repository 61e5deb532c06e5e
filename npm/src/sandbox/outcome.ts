/** What a cell results in. All of it is plain data, for a model or a client. */

import type { Level } from "../abi/bindings.js";
import type { Issue } from "./schema.js";
import type { ToolErrorCode } from "./tool.js";

/** The result of {@link Session.run} and {@link Session.resume}. */
export type Outcome = OutcomeParts &
  (
    | { status: "completed"; value: CellValue }
    | {
        status: "failed";
        error: CellError;
        /**
         * Whether variables and files are as they were before the cell. They are if the cell was stopped, and
         * not if it threw. What its calls of tools did is not undone.
         */
        rolledBack: boolean;
      }
    | { status: "waiting"; waiting: PendingCall[] }
  );

/** What every outcome has. */
export interface OutcomeParts {
  /** The number of the cell, from 1. Its code has the file name `<cell N>`. */
  cell: number;
  /** What it printed, up to `caps.console`. */
  console: { messages: { level: Level; text: string }[]; omitted: number };
  /** Rejections that no code handled, and exceptions in timers. */
  unhandled: CellError[];
  /** The calls of tools, in the order in which they began. */
  calls: CallRecord[];
  /** Files that the cell changed. */
  files: FileChange[];
  /** What it used. */
  costs: Costs;
}

/** The value of a cell. */
export interface CellValue {
  /** The value as JSON has it, if it has such a form and is not too large. */
  json?: unknown;
  /** The value as the console shows it, shortened. */
  text: string;
  /** How many UTF-16 units of JSON the value has, if it was too large. */
  tooLarge?: number;
}

/** Why a cell failed. */
export interface CellError {
  /** What kind of failure it is. */
  kind: "syntax" | "exception" | "tool" | "time" | "memory" | "unsettled" | "stopped" | "lost";
  /** The message, with the name of the error. */
  message: string;
  /** The places in code that led to it, innermost first. */
  places: { cell: number; line: number; column: number; code?: string }[];
  /** The tool that it came from. */
  tool?: { tool: string; code: ToolErrorCode; issues?: Issue[] };
  /** What to do. */
  hint?: string;
}

/** A call of a tool that waits for approval. */
export interface PendingCall {
  /** The number of the call, unique in its session. */
  id: number;
  /** The name of the tool. */
  tool: string;
  /** The arguments. */
  input: unknown;
}

/** What somebody decides about a call that waits. */
export type Decision = { id: number } & (
  | { approve: true; /** Other arguments. */ input?: unknown }
  | { /** The reason, which the code gets. */ deny: string }
  | { /** The result, in place of a call. */ answer: unknown }
);

/** A call of a tool that was made. */
export interface CallRecord {
  id: number;
  tool: string;
  /** How it ended. `stopped`: whether it had an effect is not known. */
  end: "returned" | "failed" | "stopped" | "waits";
  /** Why it failed. */
  code?: ToolErrorCode;
  milliseconds: number;
  /** UTF-16 units of the arguments, and of the result, as JSON. */
  inputSize: number;
  outputSize: number;
}

/** A file that changed. */
export interface FileChange {
  path: string;
  kind: "created" | "modified" | "removed";
  /** UTF-16 units of a text, or bytes; 0 if the file was removed. */
  size: number;
}

/** What a cell used. */
export interface Costs {
  /** From the call to the outcome. */
  milliseconds: number;
  /** In which the VM ran: the rest is waiting for tools and timers. */
  runningMilliseconds: number;
  /** Bytes of the heap of the session, after the cell, and at most so far. */
  memory: number;
  peakMemory: number;
  /** Calls of tools. */
  calls: number;
  /** In tools, added up. */
  toolMilliseconds: number;
}
