/** What an embedder gives to a VM. */

import type { ImportKind, Level, ModuleKind } from "./abi/bindings.js";
import type { Limits } from "./limits.js";

/** A host function: it gets copies of its arguments, and its result is copied into the VM. */
export type HostFunction = (...args: any[]) => unknown;

/** An asynchronous host function. Its promise in the VM survives a snapshot. */
export type AsyncHostFunction = (this: RequestContext, ...args: any[]) => unknown;

/** What an asynchronous host function knows of its call. */
export interface RequestContext {
  /** Aborted when the script gives the request up, or the event loop ends. */
  readonly signal: AbortSignal;
  /** The number of the request, which is the same after a restore. */
  readonly id: bigint;
}

/** A module: its text, or the text with what is known of it. */
export type ModuleSource =
  | string
  | {
      text: string;
      /** How the text is read: `es` if missing. */
      kind?: ModuleKind;
      /** `import.meta.url` */
      url?: string;
      /** The names that a CommonJS module exports beside `default`. */
      exports?: string[];
    };

/** Where modules come from. */
export interface Modules {
  /** The full name of the module that a specifier means. If missing, relative specifiers are resolved as paths. */
  resolve?(specifier: string, importer: string, kind: ImportKind): string | undefined;
  /** The module of a full name, or nothing. */
  load(name: string): ModuleSource | undefined;
}

/** The options of {@link Engine.createVm}. */
export interface VmOptions {
  /** What the VM may use. */
  limits?: Limits;
  /** Functions that scripts call by these names. They run while the script waits. */
  functions?: Record<string, HostFunction>;
  /** Functions that scripts await by these names. An event loop runs them. */
  asyncFunctions?: Record<string, AsyncHostFunction>;
  /** Names of functions whose calls wait until {@link Vm.settle}. */
  requests?: readonly string[];
  /** Takes the messages of `console`. Without it, they go nowhere. */
  console?: (level: Level, text: string) => void;
  /** Where modules come from: a map of names and texts, or functions. */
  modules?: Modules | Record<string, ModuleSource>;
  /** Aborting it stops what runs, if something aborts it meanwhile: a host function, or the console. */
  signal?: AbortSignal;
  /** A word of shared memory. Another thread stores 1 there to stop what runs. */
  stopFlag?: Int32Array;
  /** The time: milliseconds since 1970, and milliseconds since some moment. */
  clock?: { now(): number; elapsed(): number };
  /** The numbers that seed `Math.random` and make up `crypto.getRandomValues`: 64 bits each. */
  random?: () => bigint;
}
