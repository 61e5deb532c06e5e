/** Where the calls of a session arrive: checks, approval, counting. */

import type { Level } from "../abi/bindings.js";
import type { Caps } from "./caps.js";
import type { CallRecord, Decision, OutcomeParts, PendingCall } from "./outcome.js";
import type { Issue } from "./schema.js";
import type { Checked, CheckedTool, ToolErrorCode } from "./tool.js";

/** An error as the code of a cell gets it. */
class CallFailure extends Error {
  constructor(
    readonly code: ToolErrorCode,
    message: string,
    readonly issues?: Issue[],
  ) {
    super(message);
  }
}

/** What the handlers of a cell and its session share. */
export class Gate {
  readonly waiting = new Map<number, PendingCall>();
  readonly records = new Map<number, CallRecord>();
  console: OutcomeParts["console"] = { messages: [], omitted: 0 };
  /** Aborted when the cell ends. */
  readonly controller = new AbortController();
  readonly #decisions: Map<number, Decision>;
  readonly #queue: (() => void)[] = [];
  #printed = 0;
  #started = 0;
  #running = 0;

  constructor(
    readonly session: string,
    readonly tools: Map<string, CheckedTool>,
    readonly caps: Required<Caps>,
    decisions: Map<number, Decision>,
  ) {
    this.#decisions = decisions;
  }

  /** Keeps a message of the console. */
  print(level: Level, text: string): void {
    const room = this.caps.console - this.#printed;
    const kept = text.slice(0, Math.max(room, 0));
    this.console.omitted += text.length - kept.length;
    // Empty messages take room, too.
    if (room > 0) {
      this.#printed += kept.length + 1;
      this.console.messages.push({ level, text: kept });
    }
  }

  /** Answers a call with JSON, or with nothing if it waits for approval. */
  async answer(id: number, name: string, text: string): Promise<string | undefined> {
    const record: CallRecord = { id, tool: name, end: "stopped", milliseconds: 0, inputSize: text.length, outputSize: 0 };
    this.records.set(id, record);
    try {
      const value = await this.#outcome(record, text);
      if (value === WAITS) {
        return undefined;
      }
      record.end = "returned";
      return value;
    } catch (error) {
      const failure = error instanceof CallFailure ? error : new CallFailure("failed", messageOf(error));
      record.end = "failed";
      record.code = failure.code;
      const { code, message, issues } = failure;
      return JSON.stringify({ error: { message, tool: name, code, issues } });
    }
  }

  async #outcome(record: CallRecord, text: string): Promise<string | typeof WAITS> {
    const { id, tool: name } = record;
    if (this.#started >= this.caps.calls) {
      throw new CallFailure("too-many-calls", `the cell made more than ${this.caps.calls} calls of tools: do less in one cell`);
    }
    this.#started++;
    const tool = this.tools.get(name);
    if (tool === undefined) {
      throw new CallFailure("unknown-tool", `the tool \`${name}\` is no longer available`);
    }
    const given = JSON.parse(text) as unknown;
    let input = valueOf(name, await tool.checkInput(given));
    const { ask = false } = tool.tool;
    const asks = typeof ask === "function" ? ask(input) : ask;
    if (asks) {
      const decision = this.#decisions.get(id);
      if (decision === undefined) {
        record.end = "waits";
        this.waiting.set(id, { id, tool: name, input: given });
        return WAITS;
      }
      this.#decisions.delete(id);
      if ("deny" in decision) {
        throw new CallFailure("denied", `the call of \`${name}\` was denied: ${decision.deny}`);
      }
      if ("answer" in decision) {
        return envelope(decision.answer);
      }
      if (decision.input !== undefined) {
        input = valueOf(name, await tool.checkInput(decision.input));
      }
    }
    return this.#call(tool, record, input, asks);
  }

  async #call(tool: CheckedTool, record: CallRecord, input: unknown, approved: boolean): Promise<string> {
    const { name } = tool;
    while (this.#running >= this.caps.concurrentCalls) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#running++;
    const began = performance.now();
    let value: unknown;
    try {
      const context = { key: `${this.session}/${record.id}`, approved, signal: this.controller.signal };
      value = await tool.tool.execute(input, context);
    } finally {
      record.milliseconds = performance.now() - began;
      this.#running--;
      this.#queue.shift()?.();
    }
    const checked = await tool.checkOutput(value);
    if ("issues" in checked) {
      throw new CallFailure("invalid-result", `the tool \`${name}\` returned a result that does not fit its schema: ${sentence(checked.issues)}`);
    }
    let answer: string;
    try {
      answer = envelope(checked.value);
    } catch (error) {
      throw new CallFailure("invalid-result", `the result of \`${name}\` has no form as JSON: ${messageOf(error)}`);
    }
    record.outputSize = answer.length - ENVELOPE;
    if (record.outputSize > this.caps.toolResult) {
      throw new CallFailure("result-too-large", `the result of \`${name}\` has ${record.outputSize} characters, more than ${this.caps.toolResult}: ask it for less`);
    }
    return answer;
  }
}

/** What is there instead of an answer while a call waits. */
const WAITS = Symbol("waits");

const ENVELOPE = '{"value":}'.length;

function envelope(value: unknown): string {
  return `{"value":${JSON.stringify(value) ?? "null"}}`;
}

function valueOf(name: string, checked: Checked): unknown {
  if ("issues" in checked) {
    throw new CallFailure("invalid-arguments", `invalid arguments of \`${name}\`: ${sentence(checked.issues)}`, checked.issues);
  }
  return checked.value;
}

/** Describes issues in one line. */
export function sentence(issues: Issue[]): string {
  return issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
