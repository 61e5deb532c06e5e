/** Tools: what the code of a session can call. */

import { Schema, type Issue, type JsonSchema } from "./schema.js";

/**
 * A schema of another library, such as zod: whatever follows Standard Schema and knows its JSON Schema.
 */
export interface StandardSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): StandardResult | Promise<StandardResult>;
    readonly jsonSchema?: {
      input(options: { target: string }): Record<string, unknown>;
      output(options: { target: string }): Record<string, unknown>;
    };
  };
}

/** What a schema of another library says about a value. */
export interface StandardResult {
  readonly value?: unknown;
  readonly issues?: readonly {
    readonly message: string;
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
  }[];
}

/** One call of a tool. */
export interface ToolContext {
  /**
   * The name of the session and the number of the call: the same each time that this call is made, so a
   * service can use it as an idempotency key.
   */
  readonly key: string;
  /** Whether somebody approved the call. */
  readonly approved: boolean;
  /** Aborted when the cell is stopped. */
  readonly signal: AbortSignal;
}

/** A function that code calls as `await tools.NAME({ … })`. */
export interface Tool {
  /** What it does, for the prompt of a model. */
  description?: string;
  /** The arguments: JSON Schema, or a schema of zod or another library. By default any object. */
  input?: JsonSchema | StandardSchema;
  /** The result. Another result is an error of the tool. */
  output?: JsonSchema | StandardSchema;
  /** Whether each call, or a call with such arguments, waits for approval. */
  ask?: boolean | ((input: any) => boolean);
  /** Does the work. What it throws, the code gets: the message is for the model. */
  execute(input: any, context: ToolContext): unknown;
}

/** Why a call of a tool failed. */
export type ToolErrorCode =
  | "unknown-tool"
  | "invalid-arguments"
  | "failed"
  | "invalid-result"
  | "result-too-large"
  | "denied"
  | "too-many-calls";

/** The tools of a sandbox cannot be used as they are. */
export class ToolDefinitionError extends TypeError {
  override get name(): string {
    return "ToolDefinitionError";
  }
}

/** A value that was checked, or what is wrong with it. */
export type Checked = { value: unknown } | { issues: Issue[] };

/** A tool whose schemas are ready. */
export interface CheckedTool {
  readonly name: string;
  readonly tool: Tool;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema | undefined;
  checkInput(value: unknown): Checked | Promise<Checked>;
  checkOutput(value: unknown): Checked | Promise<Checked>;
}

const MAX_NAME = 128;

/** Names that JavaScript looks for on any object. */
const RESERVED = new Set(["then", "toJSON", "__proto__", "constructor", "prototype"]);

/** Checks tools, by their names. */
export function checkedTools(tools: Record<string, Tool>): Map<string, CheckedTool> {
  const checked = new Map<string, CheckedTool>();
  const names = Object.keys(tools).sort();
  for (const name of names) {
    const wrong = reasonAgainst(name) ?? (names.some((other) => other.startsWith(`${name}.`)) ? "other tools have it as their namespace" : undefined);
    if (wrong !== undefined) {
      throw new ToolDefinitionError(`a tool cannot have the name ${JSON.stringify(name)}: ${wrong}`);
    }
    const tool = tools[name]!;
    if (typeof tool?.execute !== "function") {
      throw new ToolDefinitionError(`the tool ${JSON.stringify(name)} has no function \`execute\``);
    }
    const input = prepared(name, "input", tool.input ?? { type: "object" });
    const output = tool.output === undefined ? undefined : prepared(name, "output", tool.output);
    checked.set(name, {
      name,
      tool,
      inputSchema: input.json,
      outputSchema: output?.json,
      checkInput: input.check,
      checkOutput: output?.check ?? ((value) => ({ value })),
    });
  }
  return checked;
}

function reasonAgainst(name: string): string | undefined {
  if (name.length > MAX_NAME) {
    return `it is longer than ${MAX_NAME} characters`;
  }
  for (const part of name.split(".")) {
    if (part === "") {
      return "a name, or a part of it between dots, is empty";
    }
    if (/[\p{Cc}`"\\]/u.test(part)) {
      return "it contains a quote, a backslash or a control character";
    }
    if (RESERVED.has(part)) {
      return "JavaScript gives that name a meaning of its own";
    }
  }
  return undefined;
}

function prepared(
  tool: string,
  which: "input" | "output",
  schema: JsonSchema | StandardSchema,
): { json: JsonSchema; check(value: unknown): Checked | Promise<Checked> } {
  const described = `the ${which} schema of the tool ${JSON.stringify(tool)}`;
  if (isStandard(schema)) {
    const standard = schema["~standard"];
    const convert = standard.jsonSchema?.[which];
    if (convert === undefined) {
      throw new ToolDefinitionError(
        `${described} knows no JSON Schema of its own: use a later version of ${standard.vendor}, or pass JSON Schema`,
      );
    }
    const json = convert.call(standard.jsonSchema, { target: "draft-2020-12" }) as JsonSchema;
    return { json, check: async (value) => converted(await standard.validate(value)) };
  }
  let compiled: Schema;
  try {
    compiled = new Schema(schema);
  } catch (error) {
    throw new ToolDefinitionError(`${described} is invalid: ${(error as Error).message}`);
  }
  const check = (value: unknown): Checked => {
    const issues = compiled.issues(value);
    return issues.length === 0 ? { value } : { issues };
  };
  return { json: schema, check };
}

function isStandard(schema: JsonSchema | StandardSchema): schema is StandardSchema {
  // zod's schemas are objects, those of other libraries can be functions.
  const isObject = (typeof schema === "object" && schema !== null) || typeof schema === "function";
  return isObject && "~standard" in (schema as object);
}

function converted({ value, issues }: StandardResult): Checked {
  if (issues === undefined) {
    return { value };
  }
  return {
    issues: issues.slice(0, 8).map(({ message, path = [] }) => ({
      path: path.map((part) => `/${String(typeof part === "object" ? part.key : part)}`).join(""),
      message,
    })),
  };
}
