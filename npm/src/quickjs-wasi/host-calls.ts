/** Functions of the embedder in the VM, which get handles and may call the VM. */

import type { Input } from "../abi/machine.js";
import { Value } from "../value.js";
import type { Vm } from "../vm.js";
import type { Core } from "./core.js";
import { newError } from "./convert.js";
import { JSException } from "./exception.js";
import { JSValueHandle } from "./handle.js";
import type { Raw } from "./kinds.js";
import type { HostFunction } from "./types.js";

/** What begins the names of the VM's host functions that get plain arguments, and of those that get a frame. */
const PLAIN = "=";
const FRAMED = "@";

/** The root under which a VM keeps {@link Parts}: a restored VM has it, too. */
const ROOT = "quickjs-wasi";

/** With how many arguments a call can be plain, and with how many its frame is flat. */
const MAX_FLAT = 4;

const isPlain = (name: string): string =>
  `(typeof ${name} === "number" || typeof ${name} === "string" || ${name} === undefined || typeof ${name} === "boolean")`;

/** Where the VM leaves what has no plain form: a result or an error, the receiver, and then the arguments. */
const KEPT = 0;
const SELF = 1;
const FIRST = 2;

/** Calls with what is left in the state, and clears it. */
function framed(count: number, values: readonly string[]): string {
  const slots = values.map((_, index) => `state[${FIRST + index}]`);
  const stores = slots.map((slot, index) => `${slot} = ${values[index]};`).join(" ");
  return `{ state[${SELF}] = this; ${stores}
            try { result = framed(${count < 0 ? "args.length" : count}, this !== undefined); }
            finally { ${[`state[${SELF}]`, ...slots].join(" = ")} = undefined; } }`;
}

/** The case of a call with so many arguments. */
function caseOf(count: number): string {
  const names = ["a", "b", "c", "d"].slice(0, count);
  const reads = names.map((name, index) => `const ${name} = args[${index}];`).join(" ");
  const test = ["this === undefined", ...names.map(isPlain)].join(" && ");
  return `case ${count}: { ${reads}
          if (${test}) result = plain(${names}); else ${framed(count, names)}
          break; }`;
}

/**
 * Makes the VM's side, and removes global names. A host function of the VM gets copies, and only primitives
 * are worth that: so a call with objects or with a receiver leaves them in the state, from which the embedder takes
 * handles before anything else runs. What has no plain form comes back the same way: `null` as a result, or thrown,
 * says so.
 * It uses nothing that a script can change.
 */
const SOURCE = `(names) => {
  "use strict";
  const { then } = Promise.prototype;
  const { apply } = Reflect;
  for (let i = 0; i < names.length; i++) delete globalThis[names[i]];
  const state = [undefined];
  const take = () => {
    const kept = state[${KEPT}];
    state[${KEPT}] = undefined;
    return kept;
  };
  const make = (name, plain, framed) => ({
    [name](...args) {
      let result;
      try {
        switch (args.length) {
          ${Array.from({ length: MAX_FLAT + 1 }, (_, count) => caseOf(count)).join("\n          ")}
          default: ${framed(-1, ["args"])}
        }
      } catch (error) {
        throw error === null ? take() : error;
      }
      return result === null ? take() : result;
    },
  })[name];
  const follow = (promise, ok, fail) => apply(then, promise, [ok, fail]);
  const record = (promise) => follow(promise, (value) => ({ value }));
  return { __proto__: null, state, make, then: follow, record };
}`;

/** What a host function of the VM stands for: a function of the embedder, if it is there. */
interface Entry {
  name: string;
  called: HostFunction | undefined;
  isPlain: boolean;
}

/** The VM's side. */
interface Parts {
  state: Value;
  make: Value;
  then: Value;
  record: Value;
}

/** Puts the VM's side into a fresh VM, before a script can run in it, and removes global names. */
export function installParts(vm: Vm, names: readonly string[]): void {
  const removed = vm.fromData(names);
  const made = vm.eval(SOURCE, { fileName: "quickjs-wasi" }) as Value;
  const parts = made.call(removed) as Value;
  vm.setRoot(ROOT, parts);
  [removed, made, parts].forEach((value) => value.dispose());
}

/** The host functions of a VM, by their names. */
export class HostCalls {
  readonly #core: Core;
  readonly #functions = new Map<string, HostFunction>();
  /** What the VM calls. */
  readonly #entries = new Map<string, Entry>();
  #parts: Parts | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  /** Says which function a name stands for. */
  set(name: string, called: HostFunction): void {
    this.#functions.set(name, called);
    this.#entries.set(PLAIN + name, { name, called, isPlain: true });
    this.#entries.set(FRAMED + name, { name, called, isPlain: false });
  }

  delete(name: string): boolean {
    this.#entries.delete(PLAIN + name);
    this.#entries.delete(FRAMED + name);
    return this.#functions.delete(name);
  }

  clear(): void {
    this.#functions.clear();
    this.#entries.clear();
  }

  /** What the VM calls, by the name of its host function. */
  call(name: string, args: unknown[]): unknown {
    const entry = this.#entries.get(name) ?? { name: name.slice(1), called: undefined, isPlain: name.startsWith(PLAIN) };
    return this.#core.instance.enter(() => (entry.isPlain ? this.#callPlain(entry, args) : this.#callFramed(entry, args[0] as number, args[1] as boolean)));
  }

  /** The VM's side, of a fresh or a restored VM. */
  #found(): Parts {
    if (this.#parts === undefined) {
      const { vm } = this.#core;
      if (vm.getRoot(ROOT) === undefined) {
        // The VM was frozen by a program that does not use this API.
        installParts(vm, []);
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
    const { vm } = this.#core;
    const [plain, framed] = [vm.createHostFunction(PLAIN + name), vm.createHostFunction(FRAMED + name)];
    const made = this.#found().make.call(name, plain, framed) as Value;
    plain.dispose();
    framed.dispose();
    return made;
  }

  /** `promise.then(ok, fail)`, by the function that a fresh VM has. */
  then(promise: Value, ok: Value, fail: Value): Value {
    return this.#found().then.call(promise, ok, fail) as Value;
  }

  /** A promise of `{ value }`, with what a promise is fulfilled with. */
  record(promise: Value): Value {
    return this.#found().record.call(promise) as Value;
  }

  #callPlain(entry: Entry, args: unknown[]): unknown {
    const core = this.#core;
    for (let index = 0; index < args.length; index++) {
      args[index] = core.wrap(args[index] as Raw, "call");
    }
    return this.#call(entry, args as JSValueHandle[], core.owner.undefined);
  }

  /** Takes the arguments and the receiver from the state, and calls the function. */
  #callFramed(entry: Entry, count: number, hasSelf: boolean): unknown {
    const core = this.#core;
    const { state } = this.#found();
    const nested = count > MAX_FLAT ? (state.get(FIRST) as Value) : undefined;
    const args: JSValueHandle[] = [];
    for (let index = 0; index < count; index++) {
      const value = nested === undefined ? state.get(FIRST + index) : nested.get(index);
      args.push(core.wrap(value, "call"));
    }
    nested?.dispose();
    if (!hasSelf) {
      return this.#call(entry, args, core.owner.undefined);
    }
    const self = core.wrap(state.get(SELF), "call");
    try {
      return this.#call(entry, args, self);
    } finally {
      self.end();
    }
  }

  /**
   * Calls a function of the embedder. Returns its result if that is plain, and otherwise `null` when the VM has it;
   * throws `null` when the VM has the error.
   */
  #call({ name, called }: Entry, args: JSValueHandle[], self: JSValueHandle): unknown {
    const core = this.#core;
    try {
      if (called === undefined) {
        throw new Error(
          `Host callback "${name}" is not registered: it was unregistered, its ephemeral function handle was ` +
            "disposed, or it was never re-registered after a snapshot restore.",
        );
      }
      const result = called.call(self, ...args);
      if (core.isDisposed) {
        return undefined;
      }
      const input = checked(name, result).input(core);
      if (input instanceof Value || input === null) {
        this.#keep(input);
        return null;
      }
      return input;
    } catch (error) {
      if (core.vm.isGone) {
        throw error;
      }
      this.#keepError(error);
      throw null;
    } finally {
      args.forEach((handle) => handle.end());
    }
  }

  /** Leaves a value for the function in the VM to take. */
  #keep(value: Input): void {
    this.#found().state.set(KEPT, value);
  }

  #keepError(error: unknown): void {
    const core = this.#core;
    if (error instanceof JSException && error.handle.vm === core.owner && !error.handle.disposed) {
      this.#keep(error.handle.input(core));
      return;
    }
    const made = newError(core, error instanceof Error ? error : String(error));
    this.#keep(made);
    made.dispose();
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
