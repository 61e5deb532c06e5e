/** Makes values of JavaScript of the data form of `wit/data.md`. */

import type { EncodedData } from "../abi/machine.js";
import {
  CHUNK,
  CLASS,
  ERRORS,
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

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const wide = new TextDecoder("utf-16le", { ignoreBOM: true });

/** Makes the value of a token. */
export type Values = (token: bigint) => unknown;

/** Decodes a value. Malformed data throws a `TypeError`. */
export function decode(data: EncodedData, values: Values): unknown {
  return new Decoder(data, values).decode();
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #data: EncodedData;
  readonly #values: Values;
  #at = 0;
  /** The marked values, in the order of their marks. */
  readonly #marked: unknown[] = [];
  /** Whether the value that is read next has a mark. */
  #mark = -1;
  readonly #buffers: (ArrayBuffer | undefined)[] = [];

  constructor(data: EncodedData, values: Values) {
    this.#bytes = data.item;
    this.#view = new DataView(data.item.buffer, data.item.byteOffset, data.item.byteLength);
    this.#data = data;
    this.#values = values;
  }

  decode(): unknown {
    const value = this.#value();
    if (this.#at !== this.#bytes.length) {
      throw this.#malformed("bytes after the value");
    }
    return value;
  }

  #malformed(what: string): TypeError {
    return new TypeError(`malformed data at byte ${this.#at}: ${what}`);
  }

  /** Remembers an object before its contents are read, so that they can refer to it. */
  #begin<T>(value: T): T {
    if (this.#mark >= 0) {
      this.#marked[this.#mark] = value;
      this.#mark = -1;
    }
    return value;
  }

  #value(): unknown {
    const first = this.#byte();
    const info = first & 31;
    switch (first >> 5) {
      case 0:
        return this.#number(info);
      case 1: {
        const value = this.#number(info);
        return typeof value === "bigint" ? -1n - value : -1 - value;
      }
      case 2:
        return this.#begin(this.#take(info).slice().buffer);
      case 3:
        return decoder.decode(this.#take(info));
      case 4: {
        const count = this.#count(info);
        const array: unknown[] = this.#begin([]);
        for (let index = 0; this.#more(count, index); index++) {
          array.push(this.#value());
        }
        return array;
      }
      case 5:
        return this.#properties(info, this.#begin({}));
      case 6:
        return this.#tagged(Number(this.#number(info)));
      default:
        return this.#simple(info);
    }
  }

  #simple(info: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
      case 25:
        return this.#half();
      case 26:
        return this.#view.getFloat32(this.#skip(4));
      case 27:
        return this.#view.getFloat64(this.#skip(8));
      default:
        throw this.#malformed(`the simple value ${info}`);
    }
  }

  #half(): number {
    const bits = this.#view.getUint16(this.#skip(2));
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const sign = bits & 0x8000 ? -1 : 1;
    if (exponent === 31) {
      return fraction === 0 ? sign * Infinity : NaN;
    }
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  }

  #tagged(tag: number): unknown {
    switch (tag) {
      case SHARED: {
        const mark = this.#marked.length;
        this.#marked.push(undefined);
        this.#mark = mark;
        const value = this.#value();
        this.#mark = -1;
        this.#marked[mark] = value;
        return value;
      }
      case REFERENCE: {
        const mark = this.#value();
        if (typeof mark !== "number" || mark >= this.#marked.length) {
          throw this.#malformed("a reference to no mark");
        }
        return this.#marked[mark];
      }
      case SECONDS: {
        const seconds = this.#value();
        if (typeof seconds !== "number") {
          throw this.#malformed("a date that is no number");
        }
        return this.#begin(new Date(Math.round(seconds * 1000)));
      }
      case POSITIVE:
        return this.#bigint();
      case NEGATIVE:
        return -1n - this.#bigint();
      case CLASS:
        return this.#class();
      case SET: {
        const set = this.#begin(new Set());
        const count = this.#countOf(4);
        for (let index = 0; this.#more(count, index); index++) {
          set.add(this.#value());
        }
        return set;
      }
      case MAP: {
        const map = this.#begin(new Map());
        const count = this.#countOf(5);
        for (let index = 0; this.#more(count, index); index++) {
          const key = this.#value();
          map.set(key, this.#value());
        }
        return map;
      }
      case LATIN1: {
        const bytes = this.#blob();
        let text = "";
        for (let index = 0; index < bytes.length; index += 4096) {
          text += String.fromCharCode(...bytes.subarray(index, index + 4096));
        }
        return text;
      }
      case UTF16:
        return units(this.#blob());
      case OPAQUE: {
        const index = this.#value();
        const token = typeof index === "number" ? this.#data.tokens[index] : undefined;
        if (token === undefined) {
          throw this.#malformed("a token that is not there");
        }
        return this.#begin(this.#values(token));
      }
      case NUMBERS: {
        const bytes = this.#blob();
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const array: number[] = this.#begin(new Array(Math.floor(bytes.length / 8)));
        for (let index = 0; index < array.length; index++) {
          array[index] = view.getFloat64(index * 8, true);
        }
        return array;
      }
      case CHUNK:
        return this.#begin(this.#chunk());
      default: {
        const view = VIEWS.find((view) => view[1] === tag);
        if (view === undefined) {
          throw this.#malformed(`the tag ${tag}`);
        }
        const mark = this.#mark;
        this.#mark = -1;
        const buffer = this.#buffer();
        this.#mark = mark;
        return this.#begin(new view[2](buffer));
      }
    }
  }

  /** An object of a class: tag 27. */
  #class(): unknown {
    const count = this.#countOf(4);
    const mark = this.#mark;
    this.#mark = -1;
    const name = this.#value();
    if (typeof name !== "string" || count < 1) {
      throw this.#malformed("a class without a name");
    }
    this.#mark = mark;
    if (name === "Symbol" || name.startsWith("Symbol.")) {
      return this.#symbol(name, count);
    }
    if (name in ERRORS || name === "AggregateError" || name === "InternalError") {
      return this.#error(name, count);
    }
    switch (name) {
      case "Array": {
        const array: unknown[] = this.#begin([]);
        array.length = this.#value() as number;
        return this.#properties(this.#expect(5), array);
      }
      case "Date":
        return this.#begin(new Date(this.#value() as number));
      case "RegExp": {
        this.#mark = -1;
        const [source, flags, last] = [this.#value(), this.#value(), this.#value()];
        this.#mark = mark;
        const regexp = new RegExp(source as string, flags as string);
        regexp.lastIndex = last as number;
        return this.#begin(regexp);
      }
      case "Object": {
        this.#mark = -1;
        const value = Object(this.#value());
        this.#mark = mark;
        return this.#begin(value);
      }
      default: {
        const view = name === "DataView" ? DataView : VIEWS.find((view) => view[0] === name)?.[2];
        if (view === undefined) {
          throw this.#malformed(`the class ${name}`);
        }
        this.#mark = -1;
        const buffer = this.#value();
        const [offset, length] = [this.#value(), this.#value()];
        this.#mark = mark;
        if (!(buffer instanceof ArrayBuffer)) {
          throw this.#malformed(`a ${name} without a buffer`);
        }
        return this.#begin(new view(buffer, offset as number, length as number));
      }
    }
  }

  #symbol(name: string, count: number): symbol {
    if (name === "Symbol") {
      return Symbol(count > 1 ? (this.#value() as string) : undefined);
    }
    if (name === "Symbol.for") {
      return Symbol.for(this.#value() as string);
    }
    const known = (Symbol as unknown as Record<string, unknown>)[name.slice("Symbol.".length)];
    // A host may lack a symbol that the engine has.
    return typeof known === "symbol" ? known : Symbol.for(name);
  }

  #error(name: string, count: number): Error {
    const error =
      name === "AggregateError" && globalThis.AggregateError !== undefined
        ? new globalThis.AggregateError([])
        : new (ERRORS[name] ?? Error)();
    // What V8 put there is of this place, and not of the error.
    delete error.stack;
    delete (error as { errors?: unknown }).errors;
    this.#begin(error);
    if (name === "InternalError") {
      hide(error, "name", name);
    }
    const properties = this.#properties(this.#expect(5), {}) as Record<PropertyKey, unknown>;
    for (const key of Reflect.ownKeys(properties)) {
      if (HIDDEN.includes(key as string)) {
        hide(error, key, properties[key]);
      } else {
        define(error, key, properties[key]);
      }
    }
    if (count > 2) {
      hide(error, "name", this.#value());
    }
    // The engine's stack has frames alone. Consoles print the stack for the whole error.
    if (typeof properties["stack"] === "string") {
      hide(error, "stack", `${String(error)}\n${properties["stack"]}`);
    }
    return error;
  }

  #properties(info: number, object: object): object {
    const count = this.#count(info);
    for (let index = 0; this.#more(count, index); index++) {
      const key = this.#value();
      define(object, typeof key === "symbol" ? key : String(key), this.#value());
    }
    return object;
  }

  #bigint(): bigint {
    let value = 0n;
    for (const byte of this.#blob()) {
      value = (value << 8n) | BigInt(byte);
    }
    return value;
  }

  /** A byte string, or the chunk in its place. */
  #blob(): Uint8Array {
    const first = this.#byte();
    if (first >> 5 === 2) {
      return this.#take(first & 31);
    }
    if (first >> 5 === 6 && Number(this.#number(first & 31)) === CHUNK) {
      return new Uint8Array(this.#chunk());
    }
    throw this.#malformed("something else than a byte string");
  }

  #buffer(): ArrayBuffer {
    const bytes = this.#blob();
    return bytes.byteLength === bytes.buffer.byteLength
      ? (bytes.buffer as ArrayBuffer)
      : (bytes.slice().buffer as ArrayBuffer);
  }

  #chunk(): ArrayBuffer {
    const index = this.#value();
    const chunk = typeof index === "number" ? this.#data.chunks[index] : undefined;
    if (chunk === undefined) {
      throw this.#malformed("a chunk that is not there");
    }
    return (this.#buffers[index as number] ??= chunk.slice().buffer as ArrayBuffer);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) {
      throw this.#malformed("the end");
    }
    this.#at++;
    return byte;
  }

  /** The offset of as many bytes, which are read. */
  #skip(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) {
      throw this.#malformed("the end");
    }
    this.#at += count;
    return at;
  }

  #number(info: number): number | bigint {
    if (info < 24) {
      return info;
    }
    switch (info) {
      case 24:
        return this.#byte();
      case 25:
        return this.#view.getUint16(this.#skip(2));
      case 26:
        return this.#view.getUint32(this.#skip(4));
      case 27: {
        const value = this.#view.getBigUint64(this.#skip(8));
        return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
      }
      default:
        throw this.#malformed("a length that is none");
    }
  }

  /** The bytes of a string. */
  #take(info: number): Uint8Array {
    const length = Number(this.#number(info));
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** How many items there are, or infinity if a break ends them. */
  #count(info: number): number {
    return info === 31 ? Infinity : Number(this.#number(info));
  }

  #countOf(major: number): number {
    return this.#count(this.#expect(major));
  }

  #expect(major: number): number {
    const first = this.#byte();
    if (first >> 5 !== major) {
      throw this.#malformed("an item of another type");
    }
    return first & 31;
  }

  #more(count: number, index: number): boolean {
    if (count !== Infinity) {
      return index < count;
    }
    if (this.#bytes[this.#at] === 0xff) {
      this.#at++;
      return false;
    }
    return true;
  }
}

/** Defines a property by value, also where its name means something, such as `__proto__`. */
function define(object: object, key: PropertyKey, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (object as Record<PropertyKey, unknown>)[key] = value;
  }
}

function hide(object: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: false, configurable: true });
}

/** A string of its code units: lone surrogates stay. */
function units(bytes: Uint8Array): string {
  const text = wide.decode(bytes);
  if (!text.includes("\ufffd")) {
    return text;
  }
  let exact = "";
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    exact += String.fromCharCode(bytes[index]! | (bytes[index + 1]! << 8));
  }
  return exact;
}
