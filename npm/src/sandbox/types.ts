/** JSON Schemas as types of TypeScript. */

import { type JsonSchema, resolved } from "./schema.js";

/** Levels of nested types that are written out. */
const MAX_DEPTH = 12;
/** References that are followed on the way to one type. */
const MAX_REFERENCES = 4;
/** Schemas that are visited for one type. References can repeat a part any number of times. */
const MAX_VISITS = 5_000;
/** Values of an `enum` that are written out. */
const MAX_VALUES = 64;

type Keywords = { readonly [keyword: string]: any };

/** The type of a schema. Parts that have no type are `any`. */
export function typeOf(schema: JsonSchema, level: number): string {
  return new TypeWriter(schema).of(schema, level, 0, 0);
}

/** Whether the empty object fits, as far as required properties are concerned. */
export function isOptional(schema: JsonSchema): boolean {
  if (typeof schema === "boolean") {
    return schema;
  }
  const required = schema["required"];
  const combines = ["anyOf", "oneOf", "allOf", "$ref", "not", "if"];
  return !(Array.isArray(required) && required.length > 0) && !combines.some((key) => key in schema);
}

class TypeWriter {
  readonly #root: JsonSchema;
  #visits = 0;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  of(schema: unknown, level: number, depth: number, references: number): string {
    if (typeof schema !== "object" || schema === null) {
      return schema === false ? "never" : "any";
    }
    if (depth > MAX_DEPTH || ++this.#visits > MAX_VISITS) {
      return "any";
    }
    const map = schema as Keywords;
    if (typeof map["$ref"] === "string") {
      const target = resolved(this.#root, map["$ref"]);
      return target === undefined || references >= MAX_REFERENCES ? "any" : this.of(target, level, depth, references + 1);
    }
    if ("const" in map) {
      return JSON.stringify(map["const"]);
    }
    if (Array.isArray(map["enum"]) && map["enum"].length <= MAX_VALUES) {
      return union(map["enum"].map((value) => JSON.stringify(value)));
    }
    const inner = (part: unknown): string => this.of(part, level, depth + 1, references);
    const choices = map["anyOf"] ?? map["oneOf"];
    if (Array.isArray(choices)) {
      return union(choices.map(inner));
    }
    if (Array.isArray(map["allOf"])) {
      const parts = map["allOf"].map((part) => parenthesised(inner(part)));
      if ("properties" in map) {
        parts.push(this.#object(map, level, depth, references));
      }
      return parts.join(" & ");
    }
    const one = (name: string): string => {
      switch (name) {
        case "integer":
          return "number";
        case "array":
          return this.#array(map, inner);
        case "object":
          return this.#object(map, level, depth, references);
        default:
          return ["string", "number", "boolean", "null"].includes(name) ? name : "any";
      }
    };
    const type = map["type"];
    if (Array.isArray(type)) {
      return union(type.map(one));
    }
    return one(type ?? ("properties" in map ? "object" : "items" in map ? "array" : "any"));
  }

  #array(map: Keywords, of: (part: unknown) => string): string {
    if (Array.isArray(map["prefixItems"])) {
      const parts = map["prefixItems"].map(of);
      if (map["items"] !== false) {
        parts.push(`...${parenthesised(of(map["items"] ?? true))}[]`);
      }
      return `[${parts.join(", ")}]`;
    }
    return map["items"] === undefined ? "any[]" : `${parenthesised(of(map["items"]))}[]`;
  }

  #object(map: Keywords, level: number, depth: number, references: number): string {
    const of = (part: unknown): string => this.of(part, level + 1, depth + 1, references);
    const properties = Object.entries<any>(map["properties"] ?? {});
    const rest = typeof map["additionalProperties"] === "object" ? of(map["additionalProperties"]) : undefined;
    if (properties.length === 0) {
      return rest === undefined && map["additionalProperties"] === false ? "{}" : `Record<string, ${rest ?? "any"}>`;
    }
    const required = new Set(Array.isArray(map["required"]) ? map["required"] : []);
    const indent = "  ".repeat(level + 1);
    let text = "{\n";
    for (const [name, part] of properties) {
      text += comment(part?.description, indent);
      text += `${indent}${propertyName(name)}${required.has(name) ? "" : "?"}: ${of(part)};\n`;
    }
    if (rest !== undefined) {
      text += `${indent}[key: string]: ${rest};\n`;
    }
    return `${text}${"  ".repeat(level)}}`;
  }
}

/** A name as it is written in a type. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** A comment, if there is a text. */
export function comment(text: unknown, indent: string): string {
  if (typeof text !== "string" || text.trim() === "") {
    return "";
  }
  const lines = text.trim().replaceAll("*/", "* /").split(/\r?\n/);
  return lines.length === 1
    ? `${indent}/** ${lines[0]} */\n`
    : `${indent}/**\n${lines.map((line) => `${indent} * ${line.trimEnd()}\n`).join("")}${indent} */\n`;
}

function union(types: string[]): string {
  return [...new Set(types)].join(" | ") || "any";
}

function parenthesised(name: string): string {
  return / [|&] /.test(name) && !name.startsWith("{") ? `(${name})` : name;
}
