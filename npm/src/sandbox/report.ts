/** Describes how a cell ended. */

import { EngineTrap, InterruptedError, LimitError, ScriptError } from "../errors.js";
import type { Output } from "../abi/machine.js";
import { Value } from "../value.js";
import type { Vm } from "../vm.js";
import type { Caps } from "./caps.js";
import type { CellReader, Parsing } from "./cell.js";
import { signature } from "./declarations.js";
import type { CellError, CellValue } from "./outcome.js";
import type { Thrown } from "./run.js";
import type { CheckedTool } from "./tool.js";

/** Milliseconds for what describes a result. It can run code of the cell: accessors and `toJSON`. */
export const BRIEF = 1_000;
const MAX_BEGINNING = 4 << 10;
const MAX_MESSAGE = 4 << 10;
const MAX_PLACES = 10;
const MAX_LINE = 200;

/** What is known of a cell. */
export interface Scene {
  vm: Vm;
  inside: Value;
  reader: CellReader;
  tools: Map<string, CheckedTool>;
  caps: Required<Caps>;
  cell: number;
  code: string;
}

/** The name of the file of a cell. */
export const fileName = (cell: number): string => `<cell ${cell}>`;

/** Describes a value. What it throws, it throws. */
export function valueOf(output: Output, cap: number): CellValue {
  if (!(output instanceof Value)) {
    const isFinite = typeof output !== "number" || Number.isFinite(output);
    const value: CellValue = { text: Object.is(output, -0) ? "-0" : String(output) };
    return output === undefined ? value : { json: isFinite ? output : null, ...value };
  }
  const text = output.inspect({ depth: 4 });
  let json: string | undefined;
  try {
    json = output.toJson();
  } catch (error) {
    if (error instanceof InterruptedError || error instanceof LimitError || error instanceof EngineTrap) {
      throw error;
    }
    // A cycle or a BigInt has no form as JSON.
  }
  if (json !== undefined && json.length > cap) {
    return { text: shortened(text, Math.min(MAX_BEGINNING, cap)), tooLarge: json.length };
  }
  const value: CellValue = { text: shortened(text, cap) };
  return json === undefined ? value : { json: JSON.parse(json), ...value };
}

/** Describes a value, or what describing it threw. */
export function valueOrError(output: Output, scene: Scene): { value: CellValue } | { error: CellError } {
  try {
    return { value: valueOf(output, scene.caps.value) };
  } catch (error) {
    if (!(error instanceof ScriptError)) {
      throw error;
    }
    const { value, scriptName: name, scriptStack: stack, message } = error;
    return { error: thrownError({ value, name, message: message.slice(name === "" ? 0 : name.length + 2), stack }, scene) };
  }
}

/** Describes what code threw. */
export function thrownError(thrown: Thrown, scene: Scene): CellError {
  const tool = toolFault(thrown.value, scene);
  const parsing: Parsing = tool === undefined ? scene.reader.parsing(scene.reader.read(scene.code)) : "fine";
  const message = thrown.name === "" ? `uncaught ${thrown.message}` : thrown.message === "" ? thrown.name : `${thrown.name}: ${thrown.message}`;
  const kind = tool !== undefined ? "tool" : parsing === "fine" ? "exception" : "syntax";
  const error: CellError = { kind, message: shortened(message, MAX_MESSAGE), places: placesIn(thrown.stack, scene) };
  if (tool !== undefined) {
    error.tool = tool;
  }
  const hint = tool !== undefined ? hintOf(tool, scene) : hints(parsing, thrown.name);
  return hint === undefined ? error : { ...error, hint };
}

/** Describes why a cell cannot go on. */
export function stoppedError(error: unknown, caps: Required<Caps>): CellError {
  const plain = (kind: CellError["kind"], message: string, hint?: string): CellError =>
    hint === undefined ? { kind, message, places: [] } : { kind, message, places: [], hint };
  if (error instanceof InterruptedError) {
    const isTime = ["deadline", "time-limit", "cpu-time-limit", "work-limit"].includes(error.reason);
    return isTime
      ? plain(
          "time",
          `the cell exceeded a time limit (${caps.time / 1_000} s for a cell)`,
          "Look for a loop that never ends, or split the work into several cells.",
        )
      : plain("stopped", "the cell was stopped");
  }
  if (error instanceof LimitError) {
    return plain("memory", "the cell exceeded the memory limit", "Work on smaller parts, and keep only what is needed.");
  }
  return plain("lost", error instanceof Error ? error.message : String(error), "Make the cell do less.");
}

/** The error of a cell that awaits what never comes. */
export const unsettledError: CellError = {
  kind: "unsettled",
  message: "the cell awaits a promise that never settles",
  places: [],
  hint: "Look for a `new Promise` that calls neither of its functions.",
};

function toolFault(value: Output, { inside, vm }: Scene): CellError["tool"] {
  try {
    const details = vm.withDeadline(performance.now() + BRIEF, () => inside.callMethod("detailsOf", value));
    return details instanceof Value ? (details.toData() as CellError["tool"]) : undefined;
  } catch {
    return undefined;
  }
}

function hints(parsing: Parsing, name: string): string | undefined {
  if (parsing === "needs-function") {
    return "A cell is a script: end it with the value as an expression, without `return`.";
  }
  return name === "ReferenceError" && parsing === "fine"
    ? "There are only the language, `tools`, `files`, `console`, timers and what cells declared: no `require`, `process` or network."
    : undefined;
}

function hintOf({ tool, code }: NonNullable<CellError["tool"]>, { tools }: Scene): string | undefined {
  const known = tools.get(tool);
  switch (code) {
    case "invalid-arguments":
      return known === undefined ? undefined : `Call it as ${signature(known)}`;
    case "denied":
      return "Do not make this call again; find another way, or ask.";
    case "result-too-large":
      return "Ask for fewer items, or for a part.";
    case "too-many-calls":
      return "Make fewer calls, or split them over several cells.";
    default:
      return undefined;
  }
}

function placesIn(stack: string, scene: Scene): CellError["places"] {
  const lines = scene.code.split("\n");
  const places: CellError["places"] = [];
  for (const match of stack.matchAll(/<cell (\d+)>:(\d+):(\d+)\)?$/gm)) {
    const [cell, line, column] = match.slice(1).map(Number) as [number, number, number];
    const code = cell === scene.cell ? lines[line - 1]?.trim() : undefined;
    places.push(code === undefined ? { cell, line, column } : { cell, line, column, code: shortened(code, MAX_LINE) });
    if (places.length === MAX_PLACES) {
      break;
    }
  }
  return places;
}

function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
