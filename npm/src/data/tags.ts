/** The tags of the data form, from `wit/data.md`. */

export const CHUNK = 0x6a73_0001;
export const LATIN1 = 0x6a73_0002;
export const UTF16 = 0x6a73_0003;
export const OPAQUE = 0x6a73_0004;
export const NUMBERS = 0x6a73_0005;

export const SECONDS = 1;
export const POSITIVE = 2;
export const NEGATIVE = 3;
export const CLASS = 27;
export const SHARED = 28;
export const REFERENCE = 29;
export const SET = 258;
export const MAP = 259;

type View =
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** A constructor of typed arrays. */
export type ViewClass = {
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): View;
  readonly BYTES_PER_ELEMENT: number;
};

/** `Float16Array`, in the hosts that have it. */
const float16 = (globalThis as { Float16Array?: ViewClass }).Float16Array;

/** The typed arrays, by name, with the tags of RFC 8746. */
export const VIEWS: readonly (readonly [name: string, tag: number, view: ViewClass])[] = [
  ["Uint8Array", 64, Uint8Array],
  ["Uint8ClampedArray", 68, Uint8ClampedArray],
  ["Uint16Array", 69, Uint16Array],
  ["Uint32Array", 70, Uint32Array],
  ["BigUint64Array", 71, BigUint64Array],
  ["Int8Array", 72, Int8Array],
  ["Int16Array", 77, Int16Array],
  ["Int32Array", 78, Int32Array],
  ["BigInt64Array", 79, BigInt64Array],
  ...(float16 === undefined ? [] : ([["Float16Array", 84, float16]] as const)),
  ["Float32Array", 85, Float32Array],
  ["Float64Array", 86, Float64Array],
];

/** The classes of errors. A host without `AggregateError` has none of them to make. */
export const ERRORS: Readonly<Record<string, new (message?: string) => Error>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** The properties of errors that are not enumerable when they are copied in. */
export const HIDDEN = ["message", "stack", "cause", "errors"];
