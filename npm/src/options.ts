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
  /** The name of the request. */
  readonly name: string;
  /**
   * Whether the request was started before: by the process that froze the VM, or by an event loop that was
   * stopped. It is not known whether it was carried out.
   */
  readonly repeated: boolean;
}

/** A function like the host's `fetch`. It decides what a script can reach. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;

/** The text of a module, with what is known of it. */
export interface ModuleText {
  text: string;
  /** How the text is read: `es` if missing. */
  kind?: ModuleKind;
  /** `import.meta.url` */
  url?: string;
  /** The `mappings` of a source map with one source, by which stacks name places in the original. */
  mappings?: string;
  /** The names that a CommonJS module exports beside `default`. */
  exports?: string[];
}

/** A module: its text, or the text with what is known of it. */
export type ModuleSource = string | ModuleText;

/** Where modules come from: one of `load` and `fetch`, or both. */
export interface Modules {
  /** The full name of the module that a specifier means. If missing, relative specifiers are resolved as paths. */
  resolve?(specifier: string, importer: string, kind: ImportKind): string | undefined;
  /** The module of a full name, or nothing. */
  load?(name: string): ModuleSource | undefined;
  /**
   * The module of a full name, or nothing, later. The event loop fetches what a module imports before it runs
   * it. `import()` waits; its request survives a snapshot. What it finds nothing for, `load` is asked for.
   */
  fetch?(name: string): Promise<ModuleSource | undefined> | ModuleSource | undefined;
}

/** A store of bytes by keys: a `Map` is one. */
export interface KeyValueStore {
  get(key: string): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  set(key: string, value: Uint8Array): unknown;
  delete(key: string): unknown;
  keys(): Promise<Iterable<string>> | Iterable<string>;
  /** Adds to a number in decimal digits, in one step. If missing, it is done by `get` and `set`, one at a time. */
  increment?(key: string, delta: number): Promise<number> | number;
}

/** One store, or a function that finds the store of a name; the default store has none. */
export type KeyValue = KeyValueStore | ((name: string | undefined) => KeyValueStore | undefined);

/** The options of {@link Engine.createVm}. */
export interface VmOptions {
  /** What the VM may use. */
  limits?: Limits;
  /** Functions that scripts call by these names. They run while the script waits. */
  functions?: Record<string, HostFunction>;
  /** @internal Calls a function by its name, in place of {@link VmOptions.functions}. */
  hostCall?: (name: string, args: unknown[]) => unknown;
  /** Functions that scripts await by these names. An event loop runs them. */
  asyncFunctions?: Record<string, AsyncHostFunction>;
  /** Names of functions whose calls wait until {@link Vm.settle}. */
  requests?: readonly string[];
  /**
   * Gives scripts `fetch`, by a function such as the host's own. Redirects are requests of their own. Bodies
   * come and go in pieces. What the function is called with comes from the script: it has to decide what may
   * be reached.
   */
  fetch?: FetchFunction;
  /** Gives scripts the module `jsvm:config`: settings by their names. */
  config?: Readonly<Record<string, string>>;
  /** Gives scripts the module `jsvm:keyvalue`: storage. */
  keyvalue?: KeyValue;
  /** Functions that answer requests by their names, without functions in the global object. */
  handlers?: Record<string, AsyncHostFunction>;
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
  /**
   * Makes these numbers those of a seed of 32 bytes, the same as in Rust. Snapshots note how far they are; only
   * sealed ones hold the seed.
   */
  seed?: Uint8Array;
}
