/**
 * One instance of the engine's module: its memory, and how values of JavaScript cross into it, by
 * the canonical ABI of the component model. `bindings.ts`, which is generated, calls the exports
 * with the methods of this class.
 */

import { type PlainError, plainError } from "../data/error.js";
import { EngineTrap, UseError } from "../errors.js";
import type { Watch } from "../watch.js";

/** A handle of the VM: an object that says which value of which machine it is. */
export interface Handle {
  /** The machine, which is missing after the handle was given up. */
  readonly machine: Machine | undefined;
  /** The number of the value in the machine. */
  readonly rep: number;
}

/** A value on its way into the VM. */
export type Input = undefined | null | boolean | number | string | Handle;
/** A value on its way out of the VM. */
export type Output = undefined | null | boolean | number | Handle;
/** A property key. */
export type Key = string | number | Handle;
/** A value of a host call: any value of JavaScript that has a form as data. */
export type Argument = unknown;

/** A copy of a value, in the form of `wit/data.md`. */
export interface EncodedData {
  item: Uint8Array;
  chunks: Uint8Array[];
  tokens: BigUint64Array;
}

/** How values of host calls are encoded, and what is made of handles and failures. */
export interface Codec {
  /** Makes the object of a handle. */
  handle(machine: Machine, rep: number): Handle;
  /** Gives a handle up. */
  dispose(handle: Handle): void;
  /** Makes the error of a failure that the engine returned. */
  failure(machine: Machine, payload: unknown): Error;
  /** Encodes a value. */
  encode(machine: Machine, value: unknown): EncodedData;
  /** Decodes a value. */
  decode(machine: Machine, data: EncodedData): unknown;
}

/** A value of a host call that is encoded already. */
class Prepared {
  constructor(readonly data: EncodedData) {}
}

type Exports = Record<string, unknown>;
type Call = (...args: unknown[]) => unknown;

/** Strings up to this length are copied by a loop, which is faster than the encoder there. */
const SHORT = 32;

/** How many names are kept, a power of two. */
const NAMES = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const float = new Float64Array(1);
const floatBits = new BigInt64Array(float.buffer);

/** The position of a case of an enum. */
export function indexOfCase(cases: readonly string[], name: string): number {
  const index = cases.indexOf(name);
  if (index < 0) {
    throw new TypeError(`${JSON.stringify(name)} is none of ${cases.join(", ")}`);
  }
  return index;
}

/** The error for a variant that has another case. */
export function unknownCase(value: { tag: string }): TypeError {
  return new TypeError(`there is no case ${JSON.stringify(value.tag)}`);
}

/** An instance of the engine's module. */
export class Machine {
  readonly memory: WebAssembly.Memory;
  codec!: Codec;
  /** Where functions are in the table of a module that has one, by their names. */
  layout: ReadonlyMap<string, number> | undefined;
  /** The exports that were called, in the order of the bindings. */
  f: (Call | undefined)[] = [];
  #names: readonly string[] = [];
  /** What frees the results of exports; `null` where there is nothing to free. */
  readonly #posts: (Call | null | undefined)[] = [];
  #export!: (name: string) => unknown;
  #realloc!: (old: number, oldSize: number, align: number, size: number) => number;
  #drop!: (rep: number) => void;

  u8!: Uint8Array;
  u16!: Uint16Array;
  i32!: Int32Array;
  u64!: BigUint64Array;
  f64!: Float64Array;

  /** Whether a call is in the module. */
  busy = false;
  /** What decides whether a call may go on. */
  watch: Watch | undefined;
  /** Why the machine can no longer be used. */
  gone: Error | undefined;
  /** The length that goes with the pointer that was returned last. */
  size = 0;
  /** The second part of the key that was lowered last. */
  word = 0;
  /** The payload of the input that was lowered last. */
  long = 0n;
  /** Handles and tokens that are given up with the next call. */
  readonly #later: (number | bigint)[] = [];
  /** What the call that is being prepared needs. */
  readonly #temporary: (Handle | bigint)[] = [];
  #preparing = 0;
  /** Names that came before, by their hashes. */
  readonly #known: string[] = [];
  /** How many host calls run that may call the module. */
  #entered = 0;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.view();
  }

  protected take(exports: Exports, names: readonly string[], drop: string | undefined): void {
    const { functions } = exports;
    const layout = this.layout;
    this.#export =
      layout !== undefined && functions instanceof WebAssembly.Table
        ? (name) => (layout.has(name) ? functions.get(layout.get(name)!) : undefined)
        : (name) => exports[name];
    this.#names = names;
    this.#realloc = this.#required("cabi_realloc") as never;
    if (drop !== undefined) {
      this.#drop = this.#required(drop) as never;
    }
    this.view();
  }

  #required(name: string): Call {
    const found = this.#export(name);
    if (typeof found !== "function") {
      throw new UseError(`the engine's module has no export ${name}: it is of another version`);
    }
    return found as Call;
  }

  /** Finds an export that is called for the first time: a host needs longer to make one than to call it. */
  find(index: number): Call {
    return (this.f[index] = this.#required(this.#names[index]!));
  }

  /** Whether the memory could not grow when the module asked for more. */
  lacked = false;

  /** Grows the memory for a module that leaves this to its embedder. Returns what `memory.grow` does. */
  grow(pages: number): number {
    try {
      return this.memory.grow(pages >>> 0);
    } catch {
      this.lacked = true;
      return -1;
    }
  }

  /** Makes the views anew, after the memory has grown. */
  view(): void {
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.f64 = new Float64Array(buffer);
  }

  /** Makes the views anew if the memory has grown: it does so while the module runs. */
  refresh(): void {
    if (this.u8.length === 0) {
      this.view();
    }
  }

  /** Fails if the machine cannot be called now. */
  ready(): void {
    if (this.gone !== undefined) {
      throw this.gone;
    }
    if (this.busy) {
      throw new UseError(
        "the VM is running: a host function cannot call it. Return a value, or use an asynchronous host function",
      );
    }
    if (this.#later.length !== 0) {
      this.#giveUp(this.#later);
    }
    // The limits of a call hold for the calls inside of it.
    if (this.#entered === 0) {
      this.watch?.begin();
    }
  }

  /**
   * Runs a host function that may call the module, which waits for it.
   *
   * The component model forbids such calls, and a component runs in hosts that cannot make them. The module
   * itself takes them in a host call, where any JavaScript may run anyway, if the arguments of that call
   * are copied by then.
   */
  enter<T>(work: () => T): T {
    // What the call around this one needs is kept until its own end.
    const temporary = this.#temporary.length === 0 ? undefined : this.#temporary.splice(0);
    this.#entered++;
    this.busy = false;
    let result;
    try {
      result = work();
    } finally {
      this.#entered--;
      this.busy = true;
      if (temporary !== undefined) {
        this.#temporary.push(...temporary);
      }
    }
    // A call inside trapped, and the function has caught that.
    this.#rethrow();
    return result;
  }

  /** Nothing may run any more in a module that trapped: so the frames below are left by an exception. */
  #rethrow(): void {
    if (this.gone instanceof EngineTrap) {
      throw this.gone;
    }
  }

  /** Ends a call that returned. */
  done(): void {
    this.busy = false;
    this.refresh();
    if (this.#temporary.length !== 0 && this.#preparing === 0) {
      this.#giveUp(this.#temporary);
    }
  }

  /** Calls the VM while another call is being prepared. What that call needs is kept until its end. */
  prepare<T>(make: () => T): T {
    this.#preparing++;
    try {
      return make();
    } finally {
      this.#preparing--;
    }
  }

  /** Gives a handle or a token up after the next call. */
  temporary(one: Handle | bigint): void {
    this.#temporary.push(one);
  }

  /** Gives a handle up: now, or with the next call if the VM is running. */
  dropLater(rep: number): void {
    if (this.busy) {
      this.#later.push(rep);
    } else {
      this.drop(rep);
    }
  }

  /** Gives up the token of a value, with the next call. */
  releaseLater(token: bigint): void {
    this.#later.push(token);
  }

  #giveUp(list: (number | bigint | Handle)[]): void {
    for (const one of list.splice(0)) {
      if (typeof one === "bigint") {
        this.release(one);
      } else if (typeof one === "number") {
        this.drop(one);
      } else {
        this.codec.dispose(one);
      }
    }
  }

  /** Gives a token up. The bindings know how. */
  protected release(_token: bigint): void {
    throw new UseError("the bindings release tokens");
  }

  /** Ends a call that did not return: the instance is in the middle of something, and unusable. */
  trapped(cause: unknown): Error {
    this.busy = false;
    if (!(this.gone instanceof EngineTrap)) {
      this.gone = new EngineTrap(cause);
    }
    return this.gone;
  }

  /** Lets the module free what a call returned. */
  post(index: number, pointer: number): void {
    const post = (this.#posts[index] ??= (this.#export(`cabi_post_${this.#names[index]}`) as Call | undefined) ?? null);
    if (post !== null) {
      try {
        post(pointer);
      } catch (e) {
        throw this.trapped(e);
      }
    }
  }

  /** The error of a failure. */
  failure(payload: unknown): Error {
    return this.codec.failure(this, payload);
  }

  /** Makes the object of a handle. */
  handle(rep: number): Handle {
    return this.codec.handle(this, rep);
  }

  /** The number of a handle of this machine. */
  borrow(handle: Handle): number {
    if (handle.machine !== this) {
      throw new UseError(
        handle.machine === undefined
          ? "the handle was disposed"
          : "the handle is of another VM: copy its value with toData()",
      );
    }
    return handle.rep;
  }

  /** Gives a handle up. */
  drop(rep: number): void {
    if (this.gone !== undefined) {
      return;
    }
    try {
      this.#drop(rep);
    } catch (e) {
      throw this.trapped(e);
    }
    this.refresh();
  }

  /** What the module calls to give a handle up. */
  destroy(rep: number): void {
    this.#drop(rep);
  }

  /** Allocates memory that the next call takes over. */
  alloc(align: number, size: number): number {
    return this.#reallocated(0, 0, align, size);
  }

  #reallocated(old: number, oldSize: number, align: number, size: number): number {
    let pointer;
    try {
      pointer = this.#realloc(old, oldSize, align, size) >>> 0;
    } catch (e) {
      throw this.trapped(e);
    }
    this.refresh();
    return pointer;
  }

  /** What the embedder threw, as the value that the module throws. */
  caught(error: unknown): { error: Argument } {
    this.#rethrow();
    return { error: this.#thrown(error) };
  }

  /** A result of a host call: encoded now, so that what has no form as data is an error of the call. */
  prepared(value: unknown): Argument {
    const isPlain = (typeof value !== "object" && typeof value !== "function") || value === null;
    const crosses = isPlain && (typeof value !== "string" || isWellFormed(value));
    return crosses && typeof value !== "bigint" && typeof value !== "symbol"
      ? value
      : new Prepared(this.codec.encode(this, value));
  }

  /** What is thrown: values that have no form as data are told of. */
  #thrown(value: unknown): Argument {
    try {
      const error = plainError(value);
      if (error !== undefined && error.cause === undefined) {
        return value;
      }
      return this.prepared(value);
    } catch (error) {
      return error instanceof Error ? new TypeError(error.message) : error;
    }
  }

  // Into the module.

  /** Copies a string into memory as UTF-8. `size` is its length in bytes. */
  text(value: string): number {
    if (typeof value !== "string") {
      throw new TypeError(`expected a string, found ${typeof value}`);
    }
    const length = value.length;
    let pointer = this.alloc(1, length);
    if (length <= SHORT) {
      const u8 = this.u8;
      let index = 0;
      for (; index < length; index++) {
        const unit = value.charCodeAt(index);
        if (unit > 0x7f) {
          break;
        }
        u8[pointer + index] = unit;
      }
      if (index === length) {
        this.size = length;
        return pointer;
      }
    }
    // Most strings are ASCII and fit; the others are encoded in two parts.
    let { read, written } = encoder.encodeInto(value, this.u8.subarray(pointer, pointer + length));
    if (read < length) {
      const rest = value.slice(read);
      const full = written + rest.length * 3;
      pointer = this.#reallocated(pointer, length, 1, full);
      written += encoder.encodeInto(rest, this.u8.subarray(pointer + written, pointer + full)).written;
      pointer = this.#reallocated(pointer, full, 1, written);
    }
    this.size = written;
    return pointer;
  }

  /** Copies bytes into memory. */
  bytes(value: Uint8Array): number {
    const pointer = this.alloc(1, value.length);
    this.u8.set(value, pointer);
    this.size = value.length;
    return pointer;
  }

  /** Copies the elements of a typed array into memory. */
  numbers(value: Uint16Array | Uint32Array | BigUint64Array | Float64Array): number {
    const pointer = this.alloc(value.BYTES_PER_ELEMENT, value.byteLength);
    this.u8.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), pointer);
    this.size = value.length;
    return pointer;
  }

  /** Copies the elements of an array into memory. */
  list<T>(value: readonly T[], size: number, align: number, store: (v: T, p: number) => void): number {
    const length = value.length;
    const pointer = this.alloc(align, size * length);
    for (let index = 0; index < length; index++) {
      store(value[index]!, pointer + index * size);
    }
    this.size = length;
    return pointer;
  }

  /** Copies inputs into memory. */
  inputs(value: readonly Input[]): number {
    const length = value.length;
    if (length === 0) {
      this.size = 0;
      return 8;
    }
    const pointer = this.alloc(8, 16 * length);
    for (let index = 0; index < length; index++) {
      this.storeInput(pointer + index * 16, value[index]);
    }
    this.size = length;
    return pointer;
  }

  storeText(pointer: number, value: string): void {
    this.storeList(pointer, this.text(value));
  }

  /** Writes where a list is, whose length is in `size`. */
  storeList(pointer: number, list: number): void {
    this.i32[pointer >>> 2] = list;
    this.i32[(pointer + 4) >>> 2] = this.size;
  }

  /** The bits of a number, as a parameter that has room for it. */
  bits(value: number): bigint {
    float[0] = value;
    return floatBits[0]!;
  }

  /** Lowers an input: returns its case, with its payload in `long` and `size`. */
  flatInput(value: Input): number {
    this.size = 0;
    switch (typeof value) {
      case "undefined":
        this.long = 0n;
        return 0;
      case "boolean":
        this.long = value ? 1n : 0n;
        return 2;
      case "number":
        float[0] = value;
        this.long = floatBits[0]!;
        return 3;
      case "string": {
        const handle = this.#surrogates(value);
        if (handle !== undefined) {
          this.long = BigInt(handle.rep);
          return 5;
        }
        this.long = BigInt(this.text(value));
        return 4;
      }
      default:
        if (value === null) {
          this.long = 0n;
          return 1;
        }
        this.long = BigInt(this.#rep(value));
        return 5;
    }
  }

  storeInput(pointer: number, value: Input): void {
    switch (typeof value) {
      case "undefined":
        this.u8[pointer] = 0;
        break;
      case "boolean":
        this.u8[pointer] = 2;
        this.u8[pointer + 8] = value ? 1 : 0;
        break;
      case "number":
        this.u8[pointer] = 3;
        this.f64[(pointer + 8) >>> 3] = value;
        break;
      case "string": {
        const handle = this.#surrogates(value);
        if (handle !== undefined) {
          this.u8[pointer] = 5;
          this.i32[(pointer + 8) >>> 2] = handle.rep;
          break;
        }
        this.storeText(pointer + 8, value);
        this.u8[pointer] = 4;
        break;
      }
      default:
        if (value === null) {
          this.u8[pointer] = 1;
          break;
        }
        this.i32[(pointer + 8) >>> 2] = this.#rep(value);
        this.u8[pointer] = 5;
    }
  }

  /** Lowers a key: returns its case, with its payload in `word` and `size`. */
  flatKey(value: Key): number {
    this.size = 0;
    switch (typeof value) {
      case "string": {
        const handle = this.#surrogates(value);
        if (handle !== undefined) {
          this.word = handle.rep;
          return 2;
        }
        this.word = this.text(value);
        return 0;
      }
      case "number":
        if (value >>> 0 === value && value !== 0xffff_ffff) {
          this.word = value;
          return 1;
        }
        this.word = this.text(String(value));
        return 0;
      default:
        this.word = this.#rep(value);
        return 2;
    }
  }

  storeKey(pointer: number, value: Key): void {
    const tag = this.flatKey(value);
    this.u8[pointer] = tag;
    this.i32[(pointer + 4) >>> 2] = this.word;
    this.i32[(pointer + 8) >>> 2] = this.size;
  }

  /** Writes a value of a host call. */
  storeArgument(pointer: number, value: Argument): void {
    switch (typeof value) {
      case "undefined":
        this.u8[pointer] = 0;
        return;
      case "boolean":
        this.u8[pointer] = 2;
        this.u8[pointer + 8] = value ? 1 : 0;
        return;
      case "number":
        this.u8[pointer] = 3;
        this.f64[(pointer + 8) >>> 3] = value;
        return;
      case "string":
        if (isWellFormed(value)) {
          this.storeText(pointer + 8, value);
          this.u8[pointer] = 4;
          return;
        }
        break;
      default:
        if (value === null) {
          this.u8[pointer] = 1;
          return;
        }
    }
    if (value instanceof Prepared) {
      this.#storeData(pointer + 8, value.data);
      this.u8[pointer] = 6;
      return;
    }
    const error = plainError(value);
    if (error !== undefined) {
      this.#storeError(pointer + 8, error);
      this.u8[pointer] = 7;
      return;
    }
    this.#storeData(pointer + 8, this.codec.encode(this, value));
    this.u8[pointer] = 6;
  }

  /** Writes an error, which the VM creates anew: so its stack is that of the script. */
  #storeError(pointer: number, error: PlainError): void {
    this.storeText(pointer + 4, error.message);
    this.u8[pointer] = error.class;
    this.u8[pointer + 12] = error.code === undefined ? 0 : 1;
    if (error.code !== undefined) {
      this.storeText(pointer + 16, error.code);
    }
    this.u8[pointer + 24] = error.cause === undefined ? 0 : 1;
    if (error.cause !== undefined) {
      this.#storeData(pointer + 28, this.codec.encode(this, error.cause));
    }
  }

  #storeData(pointer: number, data: EncodedData): void {
    this.storeList(pointer, this.bytes(data.item));
    const chunks = this.list(data.chunks, 8, 4, (chunk, at) => this.storeList(at, this.bytes(chunk)));
    this.storeList(pointer + 8, chunks);
    this.storeList(pointer + 16, this.numbers(data.tokens));
  }

  #rep(value: unknown): number {
    if (typeof value === "object" && value !== null && "machine" in value && "rep" in value) {
      return this.borrow(value as Handle);
    }
    throw new TypeError(
      `a ${typeof value} crosses by a handle or as data: use vm.fromData(), vm.createArray() and their like`,
    );
  }

  /** A handle for a string that UTF-8 cannot carry. It is given up after the call. */
  #surrogates(value: string): Handle | undefined {
    if (isWellFormed(value)) {
      return undefined;
    }
    const handle = this.prepare(() => this.createText(utf16(value)));
    this.temporary(handle);
    return handle;
  }

  /** Creates a string of its code units. The bindings replace it. */
  protected createText(_units: Uint16Array): Handle {
    throw new UseError("the bindings create strings");
  }

  // Out of the module.

  getText(pointer: number, length: number): string {
    pointer >>>= 0;
    length >>>= 0;
    if (length <= SHORT) {
      const u8 = this.u8;
      let text = "";
      let index = 0;
      for (; index < length; index++) {
        const byte = u8[pointer + index]!;
        if (byte > 0x7f) {
          break;
        }
        text += String.fromCharCode(byte);
      }
      if (index === length) {
        return text;
      }
    }
    return decoder.decode(this.u8.subarray(pointer, pointer + length));
  }

  /** A text that is likely to come again: the same string is then returned, which has its hash already. */
  getName(pointer: number, length: number): string {
    pointer >>>= 0;
    const u8 = this.u8;
    let hash = length;
    for (let index = 0; index < length; index++) {
      hash = (Math.imul(hash, 31) + u8[pointer + index]!) | 0;
    }
    const slot = hash & (NAMES - 1);
    const known = this.#known[slot];
    if (known !== undefined && known.length === length) {
      let index = 0;
      while (index < length && known.charCodeAt(index) === u8[pointer + index]) {
        index++;
      }
      // Bytes beyond ASCII are never equal to the units of their text.
      if (index === length) {
        return known;
      }
    }
    return (this.#known[slot] = this.getText(pointer, length));
  }

  getBytes(pointer: number, length: number): Uint8Array {
    pointer >>>= 0;
    return this.u8.slice(pointer, pointer + (length >>> 0));
  }

  getNumbers<T>(
    array: new (buffer: ArrayBuffer) => T,
    pointer: number,
    length: number,
  ): T {
    const size = (array as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
    return new array(this.getBytes(pointer, (length >>> 0) * size).buffer as ArrayBuffer);
  }

  getList<T>(pointer: number, length: number, size: number, load: (p: number) => T): T[] {
    const list: T[] = new Array(length);
    pointer >>>= 0;
    for (let index = 0; index < length; index++) {
      list[index] = load(pointer + index * size);
    }
    return list;
  }

  getOutput(pointer: number): Output {
    switch (this.u8[pointer]) {
      case 0:
        return undefined;
      case 1:
        return null;
      case 2:
        return this.u8[pointer + 8] !== 0;
      case 3:
        return this.f64[(pointer + 8) >>> 3]!;
      default:
        return this.handle(this.i32[(pointer + 8) >>> 2]!);
    }
  }

  getArguments(pointer: number, length: number): Argument[] {
    pointer >>>= 0;
    const list: Argument[] = [];
    for (let index = 0; index < length; index++) {
      list.push(this.getArgument(pointer + index * 64));
    }
    return list;
  }

  getArgument(pointer: number): Argument {
    const payload = pointer + 8;
    const i32 = this.i32;
    switch (this.u8[pointer]) {
      case 0:
        return undefined;
      case 1:
        return null;
      case 2:
        return this.u8[payload] !== 0;
      case 3:
        return this.f64[payload >>> 3];
      case 4:
        return this.getText(i32[payload >>> 2]!, i32[(payload >>> 2) + 1]!);
      case 5:
        return this.getBytes(i32[payload >>> 2]!, i32[(payload >>> 2) + 1]!);
      default: {
        const at = payload >>> 2;
        return this.codec.decode(this, {
          item: this.getBytes(i32[at]!, i32[at + 1]!),
          chunks: this.getList(i32[at + 2]!, i32[at + 3]!, 8, (p) =>
            this.getBytes(this.i32[p >>> 2]!, this.i32[(p >>> 2) + 1]!),
          ),
          tokens: this.getNumbers(BigUint64Array, i32[at + 4]!, i32[at + 5]!),
        });
      }
    }
  }
}

/** Whether a string has no lone surrogate. */
export const isWellFormed: (text: string) => boolean =
  "isWellFormed" in String.prototype
    ? (text) => (text as unknown as { isWellFormed(): boolean }).isWellFormed()
    : (text) => !/\p{Surrogate}/u.test(text);

/** The code units of a string. */
export function utf16(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let index = 0; index < units.length; index++) {
    units[index] = text.charCodeAt(index);
  }
  return units;
}
