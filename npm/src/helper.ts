/** Modules that compute and keep nothing: the codec of snapshots and the transpiler. */

import type { Machine } from "./abi/machine.js";
import { EngineError, EngineTrap } from "./errors.js";
import { compile, describe, describedNumber, type EngineSource, packaged } from "./load.js";

/** Why a module ended in the middle of a call. */
export type HelperFailure = "memory" | "stack" | "trap";

/** A module of the package, which is compiled when it is first used. */
export class HelperModule {
  readonly #what: string;
  /** Called when the package's file is needed: the modules of some hosts have no URLs. */
  readonly #file: () => URL;
  #loading: Promise<WebAssembly.Module> | undefined;
  #module: WebAssembly.Module | undefined;

  constructor(what: string, file: () => URL) {
    this.#what = what;
    this.#file = file;
  }

  /** The module, if it is compiled. */
  get compiled(): WebAssembly.Module | undefined {
    return this.#module;
  }

  async #packaged(): Promise<WebAssembly.Module> {
    return compile(this.#what, packaged(this.#file()));
  }

  /** Compiles the module, or takes what is given in its place. */
  async load(source?: EngineSource): Promise<WebAssembly.Module> {
    if (source !== undefined) {
      this.#loading = compile(this.#what, source);
    }
    this.#loading ??= this.#packaged();
    const mine = this.#loading;
    try {
      const module = await mine;
      if (this.#loading === mine) {
        this.#module = module;
      }
      return module;
    } catch (error) {
      // The next call tries again: the network may be back.
      if (this.#loading === mine) {
        this.#loading = undefined;
      }
      throw error;
    }
  }
}

/** What a call of a module needs. */
export interface HelperCall<B extends Machine, T> {
  /** What the module is, in errors. */
  what: string;
  /** The most pages of memory that it may take. */
  maxPages: number;
  /** Makes the bindings of a memory. */
  bind(memory: WebAssembly.Memory): B;
  imports(bindings: B): WebAssembly.Imports;
  call(bindings: B): T;
  /** The error of a call that did not end. */
  failed(why: HelperFailure, cause: unknown): Error;
}

/**
 * Calls an instance, which is dropped afterwards: what it had in memory may be large, and secret.
 */
export function callFresh<B extends Machine & { connect(instance: WebAssembly.Instance): void }, T>(
  module: WebAssembly.Module,
  { what, maxPages, bind, imports, call, failed }: HelperCall<B, T>,
): T {
  const initial = describedNumber(describe(module), "pages");
  let memory;
  try {
    memory = new WebAssembly.Memory({ initial, maximum: Math.max(initial, maxPages) });
  } catch (cause) {
    throw failed("memory", cause);
  }
  const bindings = bind(memory);
  try {
    bindings.connect(new WebAssembly.Instance(module, imports(bindings)));
  } catch (cause) {
    throw new EngineError(`the module is not ${what} of this version of the package`, { cause });
  }
  try {
    return call(bindings);
  } catch (error) {
    if (!(error instanceof EngineTrap)) {
      throw error;
    }
    const { cause } = error;
    // V8, SpiderMonkey and JavaScriptCore report an exhausted stack as different errors, none of which is a trap's.
    const isTrap = cause instanceof WebAssembly.RuntimeError;
    throw failed(bindings.lacked ? "memory" : isTrap ? "trap" : "stack", cause);
  }
}
