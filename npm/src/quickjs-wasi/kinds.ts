/** What a value is: the kinds of jsvm, and the names and numbers of classes. */

import type { ValueKind } from "../abi/bindings.js";
import { Value } from "../value.js";

/** A value as a handle holds it: only what cannot be held here is a handle of the VM. */
export type Raw = undefined | null | boolean | number | string | bigint | Value;

/** The kind of a value. */
export function kindOf(raw: Raw): ValueKind {
  if (raw instanceof Value) {
    return raw.kind;
  }
  switch (typeof raw) {
    case "undefined":
      return "undefined";
    case "object":
      return "null";
    case "string":
      return "text";
    case "boolean":
    case "number":
    case "bigint":
      return typeof raw as ValueKind;
    default:
      throw new TypeError(`a ${typeof raw} is no value of the VM`);
  }
}

/** The kinds that are no objects, with what `typeof` says of them. */
const PRIMITIVES: Partial<Record<ValueKind, string>> = {
  undefined: "undefined",
  null: "object",
  boolean: "boolean",
  number: "number",
  bigint: "bigint",
  text: "string",
  symbol: "symbol",
};

export function isObjectKind(kind: ValueKind): boolean {
  return !(kind in PRIMITIVES);
}

/** `typeof value` */
export function typeOfKind(kind: ValueKind): string {
  return PRIMITIVES[kind] ?? (kind === "function" ? "function" : "object");
}

/** The numbers that classes have in this process, in the order in which they are asked for. */
const classIds = new Map<string, number>();

/** A number for a class, above 0. */
export function classIdOf(name: string): number {
  const id = classIds.get(name) ?? classIds.size + 1;
  classIds.set(name, id);
  return id;
}
