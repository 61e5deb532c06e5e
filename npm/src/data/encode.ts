/** Copies values of JavaScript into the data form of `wit/data.md`. */

import type { EncodedData } from "../abi/machine.js";
import { isWellFormed, utf16 } from "../abi/machine.js";
import { errorClass } from "./error.js";
import {
  CHUNK,
  CLASS,
  HIDDEN,
  LATIN1,
  MAP,
  NEGATIVE,
  NUMBERS,
  OPAQUE,
  POSITIVE,
  REFERENCE,
  SECONDS,
  SET,
  SHARED,
  UTF16,
  VIEWS,
} from "./tags.js";

/** Strings and buffers from this length on cross as chunks, which are copied once. */
const LONG = 4096;
/** Arrays of as many numbers cross as 64-bit floats. */
const MANY_NUMBERS = 32;

const textEncoder = new TextEncoder();
const wellKnown = new Map<symbol, string>(
  Object.getOwnPropertyNames(Symbol)
    .map((name) => [(Symbol as unknown as Record<string, unknown>)[name], name] as const)
    .filter((entry): entry is readonly [symbol, string] => typeof entry[0] === "symbol"),
);

/** Gives the token of a value that stays in its VM, or nothing if the object is no such value. */
export type Tokens = (value: object) => bigint | undefined;

/** Encodes a value. */
export function encode(value: unknown, tokens: Tokens): EncodedData {
  return new Encoder(tokens).encode(value);
}

class Encoder {
  readonly #token: Tokens;
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #chunks: Uint8Array[] = [];
  readonly #tokens: bigint[] = [];
  /** How often an object is reached: once, or more often. */
  readonly #reached = new Map<object, boolean>();
  /** The numbers of the marks of objects that were written. */
  readonly #marks = new Map<object, number>();

  constructor(tokens: Tokens) {
    this.#token = tokens;
  }

  encode(value: unknown): EncodedData {
    if (typeof value === "object" && value !== null) {
      this.#visit(value);
    }
    this.#value(value);
    return {
      item: this.#bytes.subarray(0, this.#length),
      chunks: this.#chunks,
      tokens: BigUint64Array.from(this.#tokens),
    };
  }

  /** Counts which objects are reached more than once. */
  #visit(start: object): void {
    const stack: object[] = [start];
    const push = (value: unknown): void => {
      if (typeof value === "object" && value !== null) {
        stack.push(value);
      }
    };
    for (let object = stack.pop(); object !== undefined; object = stack.pop()) {
      if (this.#reached.has(object)) {
        this.#reached.set(object, true);
        continue;
      }
      this.#reached.set(object, false);
      if (this.#token(object) !== undefined) {
        continue;
      }
      if (ArrayBuffer.isView(object)) {
        // A view of a part has its buffer inside, and several may share one.
        if (!isWhole(object)) {
          push(object.buffer);
        }
      } else if (object instanceof Map) {
        for (const [key, value] of object) {
          push(key);
          push(value);
        }
      } else if (object instanceof Set) {
        object.forEach(push);
      } else if (isLeaf(object)) {
        continue;
      } else if (object instanceof Error) {
        push(object.cause);
        push((object as { errors?: unknown }).errors);
        enumerable(object).forEach((key) => push((object as unknown as Record<PropertyKey, unknown>)[key]));
      } else {
        enumerable(object).forEach((key) => push((object as Record<PropertyKey, unknown>)[key]));
      }
    }
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case "undefined":
        return this.#byte(0xf7);
      case "boolean":
        return this.#byte(value ? 0xf5 : 0xf4);
      case "number":
        return this.#number(value);
      case "bigint":
        return this.#bigint(value);
      case "string":
        return this.#string(value);
      case "symbol":
        return this.#symbol(value);
      case "function": {
        const token = this.#token(value);
        if (token === undefined) {
          throw new TypeError(
            `the function ${value.name || "(anonymous)"} has no form as data: pass it with vm.createFunction()`,
          );
        }
        return this.#opaque(token);
      }
      default:
        return value === null ? this.#byte(0xf6) : this.#object(value as object);
    }
  }

  #object(value: object): void {
    if (this.#reached.get(value) === true) {
      const mark = this.#marks.get(value);
      if (mark !== undefined) {
        this.#head(6, REFERENCE);
        this.#head(0, mark);
        return;
      }
      this.#marks.set(value, this.#marks.size);
      this.#head(6, SHARED);
    }
    const token = this.#token(value);
    if (token !== undefined) {
      return this.#opaque(token);
    }
    if (Array.isArray(value)) {
      return this.#array(value);
    }
    if (value instanceof Map) {
      this.#head(6, MAP);
      this.#head(5, value.size);
      for (const [key, content] of value) {
        this.#value(key);
        this.#value(content);
      }
      return;
    }
    if (value instanceof Set) {
      this.#head(6, SET);
      this.#head(4, value.size);
      value.forEach((member) => this.#value(member));
      return;
    }
    if (value instanceof Date) {
      return this.#date(value.getTime());
    }
    if (value instanceof RegExp) {
      this.#class("RegExp", 4);
      this.#string(value.source);
      this.#string(value.flags);
      return this.#number(value.lastIndex);
    }
    if (value instanceof Error) {
      return this.#error(value);
    }
    if (ArrayBuffer.isView(value)) {
      return this.#typedArray(value);
    }
    if (value instanceof ArrayBuffer || isShared(value)) {
      return this.#buffer(value);
    }
    if (isBoxed(value)) {
      this.#class("Object", 2);
      return this.#value(value.valueOf());
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
      throw new TypeError(`a ${value.constructor.name} has no form as data: await it, or copy its contents`);
    }
    this.#properties(value, enumerable(value));
  }

  #properties(value: object, keys: readonly PropertyKey[]): void {
    this.#head(5, keys.length);
    for (const key of keys) {
      this.#value(key);
      this.#value((value as Record<PropertyKey, unknown>)[key]);
    }
  }

  #array(value: readonly unknown[]): void {
    const keys = Object.keys(value).length;
    const others = Object.getOwnPropertySymbols(value).length;
    if (keys !== value.length || others !== 0) {
      this.#class("Array", 3);
      this.#number(value.length);
      return this.#properties(value, enumerable(value));
    }
    if (value.length >= MANY_NUMBERS && value.every((element) => typeof element === "number")) {
      this.#head(6, NUMBERS);
      const bytes = new Uint8Array(value.length * 8);
      const view = new DataView(bytes.buffer);
      value.forEach((element, index) => view.setFloat64(index * 8, element as number, true));
      return this.#blob(bytes);
    }
    this.#head(4, value.length);
    for (const element of value) {
      this.#value(element);
    }
  }

  #error(value: Error): void {
    const [name, inherited] = errorClass(value);
    this.#class(name, inherited === name ? 2 : 3);
    // The stack names places of the embedder, which are none of a script's business.
    const hidden = HIDDEN.filter((key) => key !== "stack" && Object.hasOwn(value, key));
    const keys = enumerable(value).filter((key) => !HIDDEN.includes(key as string));
    this.#properties(value, [...hidden, ...keys]);
    if (inherited !== name) {
      this.#string(inherited);
    }
  }

  #typedArray(value: ArrayBufferView): void {
    const name = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "DataView";
    const tag = VIEWS.find((view) => view[0] === name)?.[1];
    if (tag !== undefined && isWhole(value) && this.#reached.get(value.buffer) === undefined) {
      this.#head(6, tag);
      return this.#blob(copy(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
    }
    this.#class(name, 4);
    this.#object(value.buffer);
    this.#number(value.byteOffset);
    this.#number((value as { length?: number }).length ?? value.byteLength);
  }

  #buffer(value: ArrayBufferLike): void {
    this.#blob(copy(new Uint8Array(value)));
  }

  #date(milliseconds: number): void {
    const seconds = milliseconds / 1000;
    if (Number.isNaN(milliseconds) || Math.round(seconds * 1000) === milliseconds) {
      this.#head(6, SECONDS);
      return this.#number(seconds);
    }
    this.#class("Date", 2);
    this.#number(milliseconds);
  }

  #symbol(value: symbol): void {
    const known = wellKnown.get(value);
    const key = Symbol.keyFor(value);
    if (known !== undefined) {
      this.#class(`Symbol.${known}`, 1);
    } else if (key !== undefined) {
      this.#class("Symbol.for", 2);
      this.#string(key);
    } else if (value.description === undefined) {
      this.#class("Symbol", 1);
    } else {
      this.#class("Symbol", 2);
      this.#string(value.description);
    }
  }

  #opaque(token: bigint): void {
    this.#head(6, OPAQUE);
    this.#head(0, this.#tokens.length);
    this.#tokens.push(token);
  }

  /** Tag 27 with an array of `length`, of which this is the first element. */
  #class(name: string, length: number): void {
    this.#head(6, CLASS);
    this.#head(4, length);
    this.#string(name);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      return value >= 0 ? this.#head(0, value) : this.#head(1, -1 - value);
    }
    this.#reserve(9);
    this.#bytes[this.#length] = 0xfb;
    this.#view.setFloat64(this.#length + 1, value);
    this.#length += 9;
  }

  #bigint(value: bigint): void {
    this.#head(6, value < 0n ? NEGATIVE : POSITIVE);
    let digits = (value < 0n ? -1n - value : value).toString(16);
    digits = digits === "0" ? "" : digits.padStart(digits.length + (digits.length % 2), "0");
    const bytes = new Uint8Array(digits.length / 2);
    for (let index = 0; index < bytes.length; index++) {
      bytes[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
    }
    this.#blob(bytes);
  }

  #string(value: string): void {
    if (!isWellFormed(value)) {
      this.#head(6, UTF16);
      const units = utf16(value);
      return this.#blob(new Uint8Array(units.buffer));
    }
    if (value.length >= LONG) {
      const latin1 = new Uint8Array(value.length);
      let index = 0;
      for (; index < value.length; index++) {
        const unit = value.charCodeAt(index);
        if (unit > 0xff) {
          break;
        }
        latin1[index] = unit;
      }
      if (index === value.length) {
        this.#head(6, LATIN1);
        return this.#blob(latin1);
      }
    }
    // UTF-8 takes at most three bytes for a unit.
    this.#reserve(9 + value.length * 3);
    const start = this.#length;
    const guess = headSize(value.length);
    const { written } = textEncoder.encodeInto(value, this.#bytes.subarray(start + guess));
    const size = headSize(written);
    if (size !== guess) {
      this.#bytes.copyWithin(start + size, start + guess, start + guess + written);
    }
    this.#head(3, written);
    this.#length += written;
  }

  /** A byte string, as a chunk if it is long. */
  #blob(bytes: Uint8Array): void {
    if (bytes.length >= LONG) {
      this.#head(6, CHUNK);
      this.#head(0, this.#chunks.length);
      this.#chunks.push(bytes);
      return;
    }
    this.#head(2, bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  /** The first bytes of an item: its major type and a number. */
  #head(major: number, value: number): void {
    this.#reserve(9);
    const first = major << 5;
    const bytes = this.#bytes;
    let length = this.#length;
    if (value < 24) {
      bytes[length++] = first | value;
    } else if (value < 0x100) {
      bytes[length++] = first | 24;
      bytes[length++] = value;
    } else if (value < 0x1_0000) {
      bytes[length++] = first | 25;
      this.#view.setUint16(length, value);
      length += 2;
    } else if (value < 0x1_0000_0000) {
      bytes[length++] = first | 26;
      this.#view.setUint32(length, value);
      length += 4;
    } else {
      bytes[length++] = first | 27;
      this.#view.setBigUint64(length, BigInt(value));
      length += 8;
    }
    this.#length = length;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
  }
}

/** The own enumerable keys, symbols last. */
function enumerable(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value);
  const keys: PropertyKey[] = Object.keys(value);
  return symbols.length === 0
    ? keys
    : keys.concat(symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key)));
}

function headSize(value: number): number {
  return value < 24 ? 1 : value < 0x100 ? 2 : value < 0x1_0000 ? 3 : value < 0x1_0000_0000 ? 5 : 9;
}

function isWhole(view: ArrayBufferView): boolean {
  // A small view of a large pool, as Node's Buffer makes them, is copied alone.
  return view.byteOffset === 0 && view.byteLength === view.buffer.byteLength
    || (view as { constructor: { name: string } }).constructor.name === "Buffer";
}

function isShared(value: object): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer;
}

function isBoxed(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return ["[object Boolean]", "[object Number]", "[object String]", "[object BigInt]", "[object Symbol]"].includes(tag)
    && typeof value.valueOf() !== "object";
}

/** Whether an object has no others inside. */
function isLeaf(value: object): boolean {
  return value instanceof Date || value instanceof RegExp || value instanceof ArrayBuffer || isShared(value) || isBoxed(value);
}

function copy(bytes: Uint8Array): Uint8Array {
  return bytes.slice();
}
