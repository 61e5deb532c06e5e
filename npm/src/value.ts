/** Handles to values in a VM. */

import type { Bindings, KeyFilter, OwnKey, Units, ValueKind } from "./abi/bindings.js";
import { KEY_FILTER } from "./abi/bindings.js";
import type { Handle, Input, Key, Output } from "./abi/machine.js";
import { UseError } from "./errors.js";
import { decodeData } from "./codec.js";

/** Frees handles that were lost. Whoever disposes of them frees them sooner. */
const lost = new FinalizationRegistry<{ machine: Bindings; rep: number }>(({ machine, rep }) => {
  // A handle can be lost while the VM runs, which must not be entered then.
  machine.dropLater(rep);
});

/**
 * New handles. Most are disposed of soon, and to register one takes longer than a call: so those that
 * live on are registered later, all at once.
 */
let young: Value[] = [];
const MAX_YOUNG = 1024;

function enrol(value: Value): void {
  young.push(value);
  if (young.length === 1) {
    queueMicrotask(registerYoung);
  } else if (young.length >= MAX_YOUNG) {
    registerYoung();
  }
}

function registerYoung(): void {
  const values = young;
  young = [];
  values.forEach((value) => value.register());
}

/** How {@link Value.inspect} formats. */
export interface InspectOptions {
  /** How many levels of nested objects are written out. */
  depth?: number;
  /** Whether the text has ANSI colours. */
  colors?: boolean;
}

/**
 * A handle to a value in a VM. It keeps its value alive until it is disposed of, or collected.
 *
 * ```js
 * const list = vm.eval("[3, 1, 2]");
 * list.get("length");            // 3
 * list.callMethod("toSorted", []).toData(); // [1, 2, 3]
 * ```
 */
export class Value implements Handle {
  #machine: Bindings | undefined;
  #rep: number;
  /** The number under which the VM keeps the value, if it came in data. */
  readonly #token: bigint | undefined;
  #registered = false;

  /** @internal */
  constructor(machine: Bindings, rep: number, token?: bigint) {
    this.#machine = machine;
    this.#rep = rep;
    this.#token = token;
    if (token === undefined) {
      enrol(this);
    }
  }

  /** @internal Lets the value be freed when this handle is lost. */
  register(): void {
    if (this.#machine !== undefined && this.#rep >= 0 && !this.#registered) {
      this.#registered = true;
      lost.register(this, { machine: this.#machine, rep: this.#rep }, this);
    }
  }

  /** @internal Gives up the handle's number without freeing it: another handle has it now. */
  surrender(): number {
    const rep = this.rep;
    if (this.#registered) {
      lost.unregister(this);
    }
    this.#machine = undefined;
    return rep;
  }

  /** @internal */
  get machine(): Bindings | undefined {
    return this.#machine;
  }

  /** @internal */
  get rep(): number {
    return this.#rep >= 0 ? this.#rep : this.#resolve();
  }

  /** @internal The token of a value that came in data. */
  get token(): bigint | undefined {
    return this.#token;
  }

  /** The value of a token is asked for when it is first needed: it may come while the VM runs. */
  #resolve(): number {
    const machine = this.#live();
    const found = machine.rootsGetRetained(this.#token!);
    if (found === undefined) {
      throw new UseError("the value is gone: its VM was restored from a snapshot");
    }
    // This handle takes the place of the one that was made.
    this.#rep = (found as Value).surrender();
    enrol(this);
    return this.#rep;
  }

  #live(): Bindings {
    if (this.#machine === undefined) {
      throw new UseError("the handle was disposed");
    }
    return this.#machine;
  }

  /** Another handle to the same value. */
  clone(): Value {
    return this.#live().valueClone(this) as Value;
  }

  /** Gives the handle up. The VM may then free the value. */
  dispose(): void {
    const machine = this.#machine;
    if (machine === undefined) {
      return;
    }
    if (this.#registered) {
      lost.unregister(this);
    }
    this.#machine = undefined;
    if (this.#token !== undefined) {
      machine.releaseLater(this.#token);
    }
    if (this.#rep >= 0) {
      machine.dropLater(this.#rep);
    }
  }

  /** The kind of the value. */
  get kind(): ValueKind {
    return this.#live().valueKind(this);
  }

  /** The engine's name for the class of an object, such as `Map`, which scripts cannot change. */
  get className(): string | undefined {
    return this.#live().valueClassName(this);
  }

  /** `Boolean(value)` */
  toBoolean(): boolean {
    return this.#live().valueToBoolean(this);
  }

  /** `Number(value)` */
  toNumber(): number {
    return this.#live().valueToNumber(this);
  }

  /** `BigInt(value)` */
  toBigInt(): bigint {
    return BigInt(this.#live().valueToBigint(this));
  }

  /** `String(value)`, with its lone surrogates. */
  toString(): string {
    return fromUnits(this.#live().valueToUnits(this));
  }

  /** The bytes of an array buffer, or those that a view covers. */
  toBytes(): Uint8Array {
    return this.#live().valueToBytes(this);
  }

  /** The value as JSON, or nothing if JSON has no form for it. */
  toJson(): string | undefined {
    return this.#live().valueToJson(this);
  }

  /**
   * A copy of the value: objects, arrays, maps, sets, dates, errors, buffers, with cycles. Functions
   * and promises in it are handles.
   */
  toData(): any {
    const machine = this.#live();
    return decodeData(machine, machine.valueToData(this));
  }

  /** The value as a console shows it. */
  inspect(options: InspectOptions = {}): string {
    const { depth = 2, colors = false } = options;
    return this.#live().valueInspect(this, { depth, colors });
  }

  /** `value[key]` */
  get(key: Key): Output {
    return this.#live().valueGet(this, key);
  }

  /** `value[key] = to`, in strict mode. */
  set(key: Key, to: Input): void {
    this.#live().valueSet(this, key, to);
  }

  /** `delete value[key]` */
  delete(key: Key): boolean {
    return this.#live().valueDelete(this, key);
  }

  /** `key in value` */
  has(key: Key): boolean {
    return this.#live().valueHas(this, key);
  }

  /** The own enumerable string keys. */
  keys(): string[] {
    return this.ownKeys(KEY_FILTER.strings) as string[];
  }

  /** The own keys that a filter lets through: {@link KEY_FILTER}. */
  ownKeys(filter: KeyFilter): (string | Value)[] {
    return this.#live().valueKeys(this, filter).map(fromKey);
  }

  /** Calls the value: `value(...args)`. */
  call(...args: Input[]): Output {
    return this.#live().valueCall(this, undefined, args);
  }

  /** Calls the value with a `this`. */
  callWithThis(self: Input, ...args: Input[]): Output {
    return this.#live().valueCall(this, self, args);
  }

  /** Calls a method: `value[key](...args)`. */
  callMethod(key: Key, ...args: Input[]): Output {
    return this.#live().valueCallMethod(this, key, args);
  }

  /** Calls the value with copies of any values, and returns a copy of the result. */
  callData(...args: unknown[]): any {
    const machine = this.#live();
    const encoded = machine.codec.encode(machine, args);
    return decodeData(machine, machine.valueCallData(this, undefined, encoded));
  }

  /** `new value(...args)` */
  construct(...args: Input[]): Output {
    return this.#live().valueConstruct(this, args);
  }

  /** `value instanceof class_` */
  isInstance(class_: Value): boolean {
    return this.#live().valueIsInstance(this, class_);
  }

  /** `value === other` */
  strictEquals(other: Input): boolean {
    return this.#live().valueStrictEquals(this, other);
  }
}

/** `Symbol.dispose`, in hosts that have it: so `using` gives handles up. */
const dispose: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
if (dispose !== undefined) {
  Object.defineProperty(Value.prototype, dispose, { value: Value.prototype.dispose });
}

function fromKey(key: OwnKey): string | Value {
  switch (key.tag) {
    case "text":
      return key.val;
    case "utf16":
      return String.fromCharCode(...key.val);
    default:
      return key.val as Value;
  }
}

const utf8 = new TextDecoder();
const utf16le = new TextDecoder("utf-16le", { ignoreBOM: true });

/** Below this length, a loop is faster than a decoder. */
const SHORT = 64;

/** A string of its code units. */
export function fromUnits(units: Units): string {
  if (units.tag === "utf16") {
    const text = utf16le.decode(units.val);
    return text.includes("\ufffd") ? wide(units.val) : text;
  }
  const bytes = units.val;
  if (bytes.length <= SHORT) {
    return String.fromCharCode(...bytes);
  }
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index]! > 0x7f) {
      return wide(bytes);
    }
  }
  return utf8.decode(bytes);
}

function wide(units: Uint8Array | Uint16Array): string {
  let text = "";
  for (let index = 0; index < units.length; index += 4096) {
    text += String.fromCharCode(...units.subarray(index, index + 4096));
  }
  return text;
}
