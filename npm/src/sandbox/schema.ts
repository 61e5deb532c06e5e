/** Checks values against JSON Schema. A keyword that it does not know is an error of the schema. */

/** A JSON Schema of draft 2020-12, or 7. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** A part of a value that does not fit its schema. */
export interface Issue {
  /** The place in the value: a JSON Pointer, which is empty for the whole value. */
  path: string;
  /** What is wrong there. */
  message: string;
}

const MAX_ISSUES = 8;
/** Schemas and values can be nested in any way: the work on one value is bounded. */
const MAX_STEPS = 200_000;
const MAX_DEPTH = 200;

/** Keywords that say nothing about which values fit. */
const ANNOTATIONS = new Set([
  "$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "$vocabulary", "title", "description",
  "default", "deprecated", "readOnly", "writeOnly", "examples", "format", "contentEncoding",
  "contentMediaType", "contentSchema",
]);

type Check = (value: unknown, path: string, run: Run) => void;

class Run {
  readonly issues: Issue[] = [];
  steps = 0;
  depth = 0;

  add(path: string, message: string): void {
    if (this.issues.length < MAX_ISSUES) {
      this.issues.push({ path, message });
    }
  }
}

/** A schema that was read. */
export class Schema {
  readonly #root: JsonSchema;
  readonly #known = new Map<object, Check>();
  readonly #check: Check;

  constructor(schema: JsonSchema) {
    this.#root = schema;
    this.#check = this.#read(schema);
  }

  /** What does not fit. */
  issues(value: unknown): Issue[] {
    const run = new Run();
    this.#check(value, "", run);
    return run.issues;
  }

  #read(schema: unknown): Check {
    if (typeof schema === "boolean") {
      return schema ? () => {} : (_, path, run) => run.add(path, "nothing fits here");
    }
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
      throw new TypeError(`${JSON.stringify(schema)} is no schema: a schema is an object or a boolean`);
    }
    const known = this.#known.get(schema);
    if (known !== undefined) {
      return known;
    }
    const checks: Check[] = [];
    const check: Check = (value, path, run) => {
      if (++run.steps > MAX_STEPS || run.depth > MAX_DEPTH) {
        run.add(path, "the value is too large or too deep to be checked");
        return;
      }
      run.depth++;
      checks.forEach((one) => one(value, path, run));
      run.depth--;
    };
    // Known before its parts are read, which can lead back to it.
    this.#known.set(schema, check);
    for (const [keyword, given] of Object.entries(schema)) {
      if (given !== undefined && !ANNOTATIONS.has(keyword) && !COMPANIONS.has(keyword)) {
        checks.push(this.#keyword(keyword, given, schema as Record<string, unknown>));
      }
    }
    return check;
  }

  #keyword(keyword: string, given: unknown, schema: Record<string, unknown>): Check {
    const list = (): unknown[] => {
      if (!Array.isArray(given)) {
        throw new TypeError(`\`${keyword}\` is no list`);
      }
      return given;
    };
    const number = (): number => {
      if (typeof given !== "number") {
        throw new TypeError(`\`${keyword}\` is no number`);
      }
      return given;
    };
    /** A check of values of one kind. */
    const of =
      <T>(is: (value: unknown) => value is T, fits: (value: T) => boolean, message: string): Check =>
      (value, path, run) => {
        if (is(value) && !fits(value)) {
          run.add(path, message);
        }
      };
    switch (keyword) {
      case "type": {
        const names = typeof given === "string" ? [given] : list();
        const wrong = names.find((name) => !(String(name) in TYPES));
        if (wrong !== undefined) {
          throw new TypeError(`there is no type ${JSON.stringify(wrong)}`);
        }
        return (value, path, run) =>
          names.some((name) => TYPES[name as string]!(value)) ||
          run.add(path, `${shown(value)} is not of type ${names.join(" or ")}`);
      }
      case "enum": {
        const values = list().map(canonical);
        return (value, path, run) =>
          values.includes(canonical(value)) || run.add(path, `${shown(value)} is none of ${shown(given, 200)}`);
      }
      case "const":
        return (value, path, run) =>
          canonical(value) === canonical(given) || run.add(path, `${shown(value)} is not ${shown(given)}`);
      case "minimum":
        return of(isNumber, (value) => value >= number(), `it is less than ${number()}`);
      case "maximum":
        return of(isNumber, (value) => value <= number(), `it is greater than ${number()}`);
      case "exclusiveMinimum":
        return of(isNumber, (value) => value > number(), `it is not greater than ${number()}`);
      case "exclusiveMaximum":
        return of(isNumber, (value) => value < number(), `it is not less than ${number()}`);
      case "multipleOf":
        return of(isNumber, (value) => isMultiple(value, number()), `it is no multiple of ${number()}`);
      case "minLength":
        return of(isString, (value) => [...value].length >= number(), `it is shorter than ${number()} characters`);
      case "maxLength":
        return of(isString, (value) => [...value].length <= number(), `it is longer than ${number()} characters`);
      case "pattern": {
        const pattern = new RegExp(String(given), "u");
        return of(isString, (value) => pattern.test(value), `it does not match ${pattern}`);
      }
      case "minItems":
        return of(Array.isArray, (value: unknown[]) => value.length >= number(), `it has fewer than ${number()} items`);
      case "maxItems":
        return of(Array.isArray, (value: unknown[]) => value.length <= number(), `it has more than ${number()} items`);
      case "uniqueItems":
        return of(
          Array.isArray,
          (value: unknown[]) => given !== true || new Set(value.map(canonical)).size === value.length,
          "its items are not different",
        );
      case "items":
      case "prefixItems":
      case "additionalItems":
        return this.#items(keyword, given, schema);
      case "contains": {
        const fits = this.#fits(given);
        return of(Array.isArray, (value: unknown[]) => value.some((item) => fits(item)), "no item of it fits `contains`");
      }
      case "required": {
        const names = list();
        return (value, path, run) =>
          isObject(value) &&
          names.forEach((name) => {
            if (!Object.hasOwn(value, String(name))) {
              run.add(path, `the property ${JSON.stringify(name)} is missing`);
            }
          });
      }
      case "minProperties":
        return of(isObject, (value) => Object.keys(value).length >= number(), `it has fewer than ${number()} properties`);
      case "maxProperties":
        return of(isObject, (value) => Object.keys(value).length <= number(), `it has more than ${number()} properties`);
      case "properties": {
        const parts = Object.entries(record(given, keyword)).map(([name, part]) => [name, this.#read(part)] as const);
        return (value, path, run) => {
          for (const [name, check] of parts) {
            if (isObject(value) && Object.hasOwn(value, name)) {
              check(value[name], `${path}/${escaped(name)}`, run);
            }
          }
        };
      }
      case "patternProperties": {
        const parts = Object.entries(record(given, keyword)).map(
          ([pattern, part]) => [new RegExp(pattern, "u"), this.#read(part)] as const,
        );
        return (value, path, run) => {
          for (const name of isObject(value) ? Object.keys(value) : []) {
            for (const [pattern, check] of parts) {
              if (pattern.test(name)) {
                check((value as Record<string, unknown>)[name], `${path}/${escaped(name)}`, run);
              }
            }
          }
        };
      }
      case "additionalProperties": {
        const names = new Set(Object.keys(record(schema["properties"] ?? {}, "properties")));
        const patterns = Object.keys(record(schema["patternProperties"] ?? {}, "patternProperties")).map(
          (pattern) => new RegExp(pattern, "u"),
        );
        const check = this.#read(given);
        return (value, path, run) => {
          for (const name of isObject(value) ? Object.keys(value) : []) {
            if (names.has(name) || patterns.some((pattern) => pattern.test(name))) {
              continue;
            }
            if (given === false) {
              run.add(path, `there is no property ${JSON.stringify(name)}`);
            } else {
              check((value as Record<string, unknown>)[name], `${path}/${escaped(name)}`, run);
            }
          }
        };
      }
      case "propertyNames": {
        const fits = this.#fits(given);
        return of(isObject, (value) => Object.keys(value).every((name) => fits(name)), "a name of a property does not fit");
      }
      case "allOf": {
        const parts = list().map((part) => this.#read(part));
        return (value, path, run) => parts.forEach((check) => check(value, path, run));
      }
      case "anyOf":
      case "oneOf": {
        const parts = list().map((part) => this.#fits(part));
        return (value, path, run) => {
          const count = parts.filter((fits) => fits(value, run)).length;
          if (keyword === "anyOf" ? count === 0 : count !== 1) {
            run.add(path, count === 0 ? `${shown(value)} fits none of the choices` : "it fits more than one of the choices");
          }
        };
      }
      case "not": {
        const fits = this.#fits(given);
        return (value, path, run) => {
          if (fits(value, run)) {
            run.add(path, `${shown(value)} is not allowed`);
          }
        };
      }
      case "if": {
        const [fits, then, otherwise] = [this.#fits(given), this.#read(schema["then"] ?? true), this.#read(schema["else"] ?? true)];
        return (value, path, run) => (fits(value, run) ? then : otherwise)(value, path, run);
      }
      case "$ref":
        return this.#reference(String(given));
      default:
        throw new TypeError(`the keyword \`${keyword}\` is not supported`);
    }
  }

  #items(keyword: string, given: unknown, schema: Record<string, unknown>): Check {
    // Before draft 2020-12, a list of schemas is `items`, and the rest `additionalItems`.
    const isTuple = Array.isArray(given);
    const before = keyword === "items" ? schema["prefixItems"] : keyword === "additionalItems" ? schema["items"] : undefined;
    const first = Array.isArray(before) ? before.length : 0;
    if (isTuple) {
      const parts = given.map((part) => this.#read(part));
      return (value, path, run) =>
        Array.isArray(value) && parts.forEach((check, index) => index < value.length && check(value[index], `${path}/${index}`, run));
    }
    if (keyword === "prefixItems") {
      throw new TypeError("`prefixItems` is no list");
    }
    const check = this.#read(given);
    return (value, path, run) => {
      for (let index = first; Array.isArray(value) && index < value.length; index++) {
        check(value[index], `${path}/${index}`, run);
      }
    };
  }

  #reference(reference: string): Check {
    const target = resolved(this.#root, reference);
    if (target === undefined) {
      throw new TypeError(`the reference ${JSON.stringify(reference)} leads nowhere in the schema`);
    }
    const check = this.#read(target);
    return (value, path, run) => check(value, path, run);
  }

  /** Whether a value fits a part. */
  #fits(part: unknown): (value: unknown, outer?: Run) => boolean {
    const check = this.#read(part);
    return (value, outer) => {
      const run = new Run();
      run.steps = outer?.steps ?? 0;
      run.depth = outer?.depth ?? 0;
      check(value, "", run);
      if (outer !== undefined) {
        outer.steps = run.steps;
      }
      return run.issues.length === 0;
    };
  }
}

/** Keywords that others read. */
const COMPANIONS = new Set(["then", "else"]);

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: isString,
  number: isNumber,
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
};

/** The part of a schema that a reference leads to. */
export function resolved(root: JsonSchema, reference: string): unknown {
  if (!reference.startsWith("#") || (reference.length > 1 && reference[1] !== "/")) {
    return undefined;
  }
  let part: unknown = root;
  for (const key of reference.slice(1).split("/").slice(1)) {
    const name = decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
    part = typeof part === "object" && part !== null && Object.hasOwn(part, name) ? (part as any)[name] : undefined;
  }
  return part;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMultiple(value: number, factor: number): boolean {
  const quotient = value / factor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function record(value: unknown, keyword: string): Record<string, unknown> {
  if (!isObject(value)) {
    throw new TypeError(`\`${keyword}\` is no object`);
  }
  return value;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The same text for values that are equal. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
    ) ?? "undefined"
  );
}

function shown(value: unknown, limit = 60): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
