/** What a VM in a worker and the thread that has it say to each other. */

import {
  EngineError,
  EngineTrap,
  InterruptedError,
  JsvmError,
  LimitError,
  ScriptError,
  SnapshotError,
  UseError,
} from "../errors.js";
import type { Limits } from "../limits.js";
import type { ModuleSource } from "../options.js";
import { Snapshot } from "../snapshot/snapshot.js";

/** How a worker makes its VM. */
export interface Setup {
  module: WebAssembly.Module;
  flag: Int32Array | undefined;
  limits: Limits | undefined;
  asyncFunctions: string[];
  /** Names of requests that the other thread answers, without functions in the global object. */
  handlers: string[];
  requests: string[];
  config: Record<string, string> | undefined;
  seed: Uint8Array | undefined;
  hasFetch: boolean;
  hasKeyValue: boolean;
  hasConsole: boolean;
  /** Sources, or whether the other thread fetches them. */
  modules: Record<string, ModuleSource> | boolean | undefined;
  snapshot: SentSnapshot | undefined;
  origin: "new" | "restore" | "resume";
}

/** To the worker. */
export type ToWorker =
  | { kind: "setup"; setup: Setup }
  | { kind: "call"; id: number; method: string; args: unknown[] }
  | { kind: "answer"; id: number; value?: unknown; error?: unknown };

/** From the worker. */
export type FromWorker =
  | { kind: "ready"; error?: SentError }
  | { kind: "result"; id: number; value?: unknown; error?: SentError }
  | { kind: "console"; level: string; text: string }
  | { kind: "request"; id: number; name: string; args: unknown[]; request: bigint; repeated: boolean }
  | { kind: "fetch-module"; id: number; name: string }
  | { kind: "abort"; id: number };

/** A snapshot as a message has it. */
export type SentSnapshot = Pick<Snapshot, "engine" | "image" | "state">;

export function sendSnapshot({ engine, image, state }: Snapshot): SentSnapshot {
  return { engine, image, state };
}

export function receiveSnapshot({ engine, image, state }: SentSnapshot): Snapshot {
  return new Snapshot(engine, image, state);
}

/** An error as a message has it: structured clones keep neither classes nor properties. */
export interface SentError {
  type: string;
  message: string;
  properties: Record<string, unknown>;
}

const CLASSES: Record<string, { prototype: Error }> = {
  EngineError,
  EngineTrap,
  InterruptedError,
  JsvmError,
  LimitError,
  ScriptError,
  SnapshotError,
  UseError,
  TypeError,
  RangeError,
};

/** The properties of errors that are data. */
const PROPERTIES = ["reason", "limit", "parent", "engine", "scriptName", "scriptStack", "code"];

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) {
    return { type: "Error", message: String(error), properties: {} };
  }
  const type = error.constructor.name;
  const properties: Record<string, unknown> = {};
  for (const name of PROPERTIES) {
    if (name in error) {
      properties[name] = (error as unknown as Record<string, unknown>)[name];
    }
  }
  if (!(type in CLASSES)) {
    properties.name = error.name;
  }
  return { type: type in CLASSES ? type : "Error", message: error.message, properties };
}

export function receiveError({ type, message, properties }: SentError): Error {
  const error = new Error(message);
  Object.setPrototypeOf(error, (CLASSES[type] ?? Error).prototype);
  return Object.assign(error, properties);
}
