/** Functions of the embedder in the VM, which get handles and may call the VM. */

import { Value } from "../value.js";
import type { Core } from "./core.js";
import { newError } from "./convert.js";
import { JSException } from "./exception.js";
import type { JSValueHandle } from "./handle.js";
import type { HostFunction } from "./types.js";

/** The host function that all of these functions call. */
export const CALL = "quickjs-wasi";

/** The root under which a VM keeps {@link Parts}: a restored VM has it, too. */
const ROOT = "quickjs-wasi";

/**
 * Makes the VM's side. A host function of the VM gets copies, so the functions that are made here put their
 * arguments into a frame, from which the embedder takes handles. It uses nothing that a script can change.
 */
const SOURCE = `(call, then, apply) => {
  "use strict";
  const state = { __proto__: null, frame: undefined };
  const make = (name) => ({
    [name](...args) {
      const outer = state.frame;
      const frame = { __proto__: null, self: this, args, kept: undefined, failed: false };
      state.frame = frame;
      const result = call(name);
      state.frame = outer;
      if (frame.failed) throw frame.kept;
      return result === undefined ? frame.kept : result;
    },
  })[name];
  return { __proto__: null, state, make, then: (promise, ok, fail) => apply(then, promise, [ok, fail]) };
}`;

/** The VM's side. */
interface Parts {
  state: Value;
  make: Value;
  then: Value;
}

/** The host functions of a VM, by their names. */
export class HostCalls {
  readonly #core: Core;
  readonly #functions = new Map<string, HostFunction>();
  #parts: Parts | undefined;
  #running = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  /** Says which function a name stands for. */
  set(name: string, called: HostFunction): void {
    this.#functions.set(name, called);
  }

  delete(name: string): boolean {
    return this.#functions.delete(name);
  }

  clear(): void {
    this.#functions.clear();
  }

  /** Puts the VM's side into a fresh VM, before a script can run in it. */
  install(): void {
    const { vm } = this.#core;
    const global = vm.global;
    const promise = vm.eval("Promise.prototype.then") as Value;
    const apply = vm.eval("Reflect.apply") as Value;
    const call = vm.createHostFunction(CALL);
    const made = vm.eval(SOURCE, { fileName: "quickjs-wasi" }) as Value;
    const parts = made.call(call, promise, apply) as Value;
    vm.setRoot(ROOT, parts);
    [global, promise, apply, call, made, parts].forEach((value) => value.dispose());
  }

  /** The VM's side, of a fresh or a restored VM. */
  #found(): Parts {
    if (this.#parts === undefined) {
      const { vm } = this.#core;
      if (vm.getRoot(ROOT) === undefined) {
        // The VM was frozen by a program that does not use this API.
        this.install();
      }
      const parts = vm.getRoot(ROOT) as Value;
      const part = (name: string): Value => parts.get(name) as Value;
      this.#parts = { state: part("state"), make: part("make"), then: part("then") };
      parts.dispose();
    }
    return this.#parts;
  }

  /** Makes a function that calls the host function of a name. */
  make(name: string): Value {
    return this.#found().make.call(name) as Value;
  }

  /** `promise.then(ok, fail)`, by the function that a fresh VM has. */
  then(promise: Value, ok: Value, fail: Value): Value {
    return this.#found().then.call(promise, ok, fail) as Value;
  }

  /** Forgets the frames of calls that were stopped. */
  reset(): void {
    if (this.#running !== 0 && !this.#core.vm.isGone) {
      this.#running = 0;
      this.#parts?.state.set("frame", undefined);
    }
  }

  /** What the VM calls. The result is a plain value, or `undefined` if the frame has it. */
  dispatch(name: string): unknown {
    this.#running++;
    const result = this.#core.instance.enter(() => this.#dispatch(name));
    this.#running--;
    return result;
  }

  #dispatch(name: string): unknown {
    const core = this.#core;
    const frame = this.#found().state.get("frame") as Value;
    const handles: JSValueHandle[] = [];
    try {
      const called = this.#functions.get(name);
      if (called === undefined) {
        throw new Error(
          `Host callback "${name}" is not registered: it was unregistered, its ephemeral function handle was ` +
            "disposed, or it was never re-registered after a snapshot restore.",
        );
      }
      const self = core.wrap(frame.get("self"), "call");
      handles.push(self);
      const list = frame.get("args") as Value;
      const length = list.get("length") as number;
      for (let index = 0; index < length; index++) {
        handles.push(core.wrap(list.get(index), "call"));
      }
      list.dispose();
      const result = called.call(self, ...handles.slice(1));
      if (core.isDisposed) {
        return undefined;
      }
      const input = checked(name, result).input(core);
      if (!(input instanceof Value)) {
        return input;
      }
      frame.set("kept", input);
    } catch (error) {
      this.#fail(frame, error);
    } finally {
      handles.forEach((handle) => handle.end());
      frame.dispose();
    }
    return undefined;
  }

  /** Lets the function in the VM throw. */
  #fail(frame: Value, error: unknown): void {
    const core = this.#core;
    if (core.vm.isGone) {
      throw error;
    }
    if (error instanceof JSException && error.handle.vm === core.owner && !error.handle.disposed) {
      frame.set("kept", error.handle.input(core) as Value);
    } else {
      const made = newError(core, error instanceof Error ? error : String(error));
      frame.set("kept", made);
      made.dispose();
    }
    frame.set("failed", true);
  }
}

/** The result of a host function, which is a handle. */
function checked(name: string, result: unknown): JSValueHandle {
  if (typeof result === "object" && result !== null && "input" in result) {
    return result as JSValueHandle;
  }
  const found = result instanceof Promise ? "a promise" : typeof result;
  throw new TypeError(
    `the host function ${name} returned ${found}: return a handle, such as vm.undefined or vm.hostToHandle(value)`,
  );
}
