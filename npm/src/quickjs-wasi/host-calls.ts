/** Functions of the embedder in the VM, which get handles and may call the VM. */

import type { Output } from "../abi/machine.js";
import { Value } from "../value.js";
import type { Core } from "./core.js";
import { newError } from "./convert.js";
import { JSException } from "./exception.js";
import { JSValueHandle } from "./handle.js";
import type { Raw } from "./kinds.js";
import type { HostFunction } from "./types.js";

/** The host function that all of these functions call. */
export const CALL = "quickjs-wasi";

/** The root under which a VM keeps {@link Parts}: a restored VM has it, too. */
const ROOT = "quickjs-wasi";

/**
 * Makes the VM's side, and removes global names. A host function of the VM gets copies, and only primitives
 * are worth that: so an object is passed as `null`, and the embedder takes a handle to it from the call's
 * frame, which is found by its depth. It uses nothing that a script can change.
 */
const SOURCE = `(call, names) => {
  "use strict";
  const { then } = Promise.prototype;
  const { apply } = Reflect;
  for (let i = 0; i < names.length; i++) delete globalThis[names[i]];
  const state = { __proto__: null, depth: 0 };
  const plain = (value) => {
    switch (typeof value) {
      case "number": case "string": case "boolean": case "undefined": return value;
    }
    return null;
  };
  const make = (name) => ({
    [name](...args) {
      const depth = state.depth + 1;
      const frame = { __proto__: null, self: this, args, kept: undefined, failed: false };
      state.depth = depth;
      state[depth] = frame;
      const count = args.length;
      let result;
      try {
        switch (count) {
          case 0: result = call(name, 0); break;
          case 1: result = call(name, 1, plain(args[0])); break;
          case 2: result = call(name, 2, plain(args[0]), plain(args[1])); break;
          case 3: result = call(name, 3, plain(args[0]), plain(args[1]), plain(args[2])); break;
          default: result = call(name, count);
        }
      } finally {
        state[depth] = undefined;
        state.depth = depth - 1;
      }
      if (frame.failed) throw frame.kept;
      return result === undefined ? frame.kept : result;
    },
  })[name];
  const follow = (promise, ok, fail) => apply(then, promise, [ok, fail]);
  const record = (promise) => follow(promise, (value) => ({ value }));
  return { __proto__: null, state, make, then: follow, record };
}`;

/** The VM's side. */
interface Parts {
  state: Value;
  make: Value;
  then: Value;
  record: Value;
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

  /** Puts the VM's side into a fresh VM, before a script can run in it, and removes global names. */
  install(names: readonly string[]): void {
    const { vm } = this.#core;
    const call = vm.createHostFunction(CALL);
    const removed = vm.fromData(names);
    const made = vm.eval(SOURCE, { fileName: "quickjs-wasi" }) as Value;
    const parts = made.call(call, removed) as Value;
    vm.setRoot(ROOT, parts);
    [call, removed, made, parts].forEach((value) => value.dispose());
  }

  /** The VM's side, of a fresh or a restored VM. */
  #found(): Parts {
    if (this.#parts === undefined) {
      const { vm } = this.#core;
      if (vm.getRoot(ROOT) === undefined) {
        // The VM was frozen by a program that does not use this API.
        this.install([]);
      }
      const parts = vm.getRoot(ROOT) as Value;
      const part = (name: string): Value => parts.get(name) as Value;
      this.#parts = { state: part("state"), make: part("make"), then: part("then"), record: part("record") };
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

  /** A promise of `{ value }`, with what a promise is fulfilled with. */
  record(promise: Value): Value {
    return this.#found().record.call(promise) as Value;
  }

  /** A script was stopped, and so no `finally` ran: only the calls that are on the stack have frames. */
  stopped(): void {
    if (this.#parts !== undefined && !this.#core.vm.isGone) {
      this.#parts.state.set("depth", this.#running);
    }
  }

  /** What the VM calls. The result is a plain value, or `undefined` if the frame has it. */
  dispatch(name: string, count: number, plain: unknown[]): unknown {
    const depth = ++this.#running;
    try {
      return this.#core.instance.enter(() => this.#call(depth, name, count, plain));
    } finally {
      this.#running--;
    }
  }

  /** A part of the frame of a call. */
  #part(depth: number, part: "self" | "args"): Output {
    const frame = this.#frame(depth);
    const found = frame.get(part);
    frame.dispose();
    return found;
  }

  #frame(depth: number): Value {
    return this.#found().state.get(depth) as Value;
  }

  #call(depth: number, name: string, count: number, plain: unknown[]): unknown {
    const core = this.#core;
    const handles: JSValueHandle[] = [];
    try {
      const called = this.#functions.get(name);
      if (called === undefined) {
        throw new Error(
          `Host callback "${name}" is not registered: it was unregistered, its ephemeral function handle was ` +
            "disposed, or it was never re-registered after a snapshot restore.",
        );
      }
      const self = new JSValueHandle(core, undefined, "call", () => this.#part(depth, "self") as Raw);
      this.#arguments(depth, count, plain, handles);
      const result = called.call(self, ...handles);
      handles.push(self);
      if (core.isDisposed) {
        return undefined;
      }
      const input = checked(name, result).input(core);
      if (!(input instanceof Value)) {
        return input;
      }
      const frame = this.#frame(depth);
      frame.set("kept", input);
      frame.dispose();
    } catch (error) {
      this.#fail(depth, error);
    } finally {
      handles.forEach((handle) => handle.end());
    }
    return undefined;
  }

  /** Makes handles to the arguments. Those that are `null` may be objects. */
  #arguments(depth: number, count: number, plain: unknown[], handles: JSValueHandle[]): void {
    let list: Value | undefined;
    for (let index = 0; index < count; index++) {
      let value = plain[index] as Raw;
      if (index >= plain.length || value === null) {
        list ??= this.#part(depth, "args") as Value;
        value = list.get(index) as Raw;
      }
      handles.push(this.#core.wrap(value, "call"));
    }
    list?.dispose();
  }

  /** Lets the function in the VM throw. */
  #fail(depth: number, error: unknown): void {
    const core = this.#core;
    if (core.vm.isGone) {
      throw error;
    }
    const frame = this.#frame(depth);
    if (error instanceof JSException && error.handle.vm === core.owner && !error.handle.disposed) {
      frame.set("kept", error.handle.input(core) as Value);
    } else {
      const made = newError(core, error instanceof Error ? error : String(error));
      frame.set("kept", made);
      made.dispose();
    }
    frame.set("failed", true);
    frame.dispose();
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
