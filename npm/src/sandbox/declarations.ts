/** Declarations of what a cell can use, in TypeScript, for the prompt of a model. */

import { DECLARATIONS } from "./assets.js";
import type { CheckedTool } from "./tool.js";
import { comment, isOptional, propertyName, typeOf } from "./types.js";

interface Namespace {
  tools: Map<string, CheckedTool>;
  inner: Map<string, Namespace>;
}

const namespace = (): Namespace => ({ tools: new Map(), inner: new Map() });

/** The declarations of tools. */
export function declarationsOf(tools: Iterable<CheckedTool>): string {
  const root = namespace();
  for (const tool of tools) {
    const parts = tool.name.split(".");
    const last = parts.pop()!;
    let space = root;
    for (const part of parts) {
      const inner = space.inner.get(part) ?? namespace();
      space.inner.set(part, inner);
      space = inner;
    }
    space.tools.set(last, tool);
  }
  return `${DECLARATIONS}\ndeclare const tools: {\n${written(root, 1)}};\n`;
}

/** How a tool is called. */
export function signature(tool: CheckedTool): string {
  const dot = tool.name.lastIndexOf(".");
  return `tools.${tool.name.slice(0, dot + 1)}${member(tool.name.slice(dot + 1), tool, 0)}`;
}

function written(space: Namespace, level: number): string {
  const indent = "  ".repeat(level);
  let text = "";
  for (const [name, tool] of space.tools) {
    const { description = "", ask } = tool.tool;
    const asks = ask === undefined || ask === false ? "" : "A person may have to approve a call: the session then waits.";
    text += comment([description.trim(), asks].filter(Boolean).join("\n"), indent);
    text += `${indent}${member(name, tool, level)};\n`;
  }
  for (const [name, inner] of space.inner) {
    text += `${indent}${propertyName(name)}: {\n${written(inner, level + 1)}${indent}};\n`;
  }
  return text;
}

function member(name: string, tool: CheckedTool, level: number): string {
  const output = tool.outputSchema === undefined ? "any" : typeOf(tool.outputSchema, level);
  const mark = isOptional(tool.inputSchema) ? "?" : "";
  return `${propertyName(name)}(input${mark}: ${typeOf(tool.inputSchema, level)}): Promise<${output}>`;
}
