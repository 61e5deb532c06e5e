/** Errors on their way into a VM. */

import { ERRORS } from "./tags.js";

/** An error with nothing but what the engine's own form of errors has. */
export interface PlainError {
  /** The position of the class among the cases of `error-class`. */
  class: number;
  message: string;
  code: string | undefined;
  cause: unknown;
}

/** The classes, in the order of `error-class`. */
const CLASSES = [
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "InternalError",
  "AggregateError",
];

/** The nearest built-in class of an error, and the name that it inherits. */
export function errorClass(error: Error): [name: string, inherited: string] {
  let name = "Error";
  for (
    let proto = Object.getPrototypeOf(error);
    proto !== null;
    proto = Object.getPrototypeOf(proto)
  ) {
    const found = proto.constructor?.name;
    const builtIn = found === "AggregateError" ? globalThis.AggregateError : ERRORS[found];
    if (builtIn?.prototype === proto) {
      name = found;
      break;
    }
  }
  const inherited = Object.hasOwn(error, "name") ? name : error.name;
  return [name, typeof inherited === "string" ? inherited : name];
}

/** An error that needs no data, if the value is one. */
export function plainError(value: unknown): PlainError | undefined {
  if (!(value instanceof Error) || typeof value.message !== "string") {
    return undefined;
  }
  const [name, inherited] = errorClass(value);
  const { code } = value as { code?: unknown };
  const plain = Object.keys(value).every((key) => key === "code" && typeof code === "string");
  if (!plain || name !== inherited || Object.hasOwn(value, "name") || Object.hasOwn(value, "errors")) {
    return undefined;
  }
  return {
    class: CLASSES.indexOf(name),
    message: value.message,
    code: typeof code === "string" ? code : undefined,
    cause: value.cause,
  };
}
