/**
 * Code mode: runs code that a language model writes, over tools, in sessions that can be stopped, asked about,
 * saved and resumed.
 *
 * @packageDocumentation
 */

export type { Caps } from "./caps.js";
export type {
  CallRecord,
  CellError,
  CellValue,
  Costs,
  Decision,
  FileChange,
  Outcome,
  OutcomeParts,
  PendingCall,
} from "./outcome.js";
export { Sandbox, type SandboxOptions, type ScriptConverter } from "./sandbox.js";
export type { Issue, JsonSchema } from "./schema.js";
export { SavedSession } from "./saved.js";
export { type RunOptions, Session, SessionError } from "./session.js";
export {
  type StandardResult,
  type StandardSchema,
  type Tool,
  type ToolContext,
  ToolDefinitionError,
  type ToolErrorCode,
} from "./tool.js";
