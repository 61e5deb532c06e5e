/** What sessions have in common. */

import { Engine } from "../engine.js";
import type { Limits } from "../limits.js";
import { type Caps, completeCaps } from "./caps.js";
import { declarationsOf } from "./declarations.js";
import type { SavedSession } from "./saved.js";
import { Session } from "./session.js";
import { type CheckedTool, type Tool, checkedTools } from "./tool.js";

/** The options of {@link Sandbox.create}. */
export interface SandboxOptions {
  /** The engine; by default that of the package. */
  engine?: Engine;
  /** Tools by their names. Dots make namespaces: `git.commit` is called as `tools.git.commit()`. */
  tools?: Record<string, Tool>;
  /** The limits of VMs. By default they are those of the package, with 64 MiB of heap. */
  limits?: Limits;
  /** What a cell may use. */
  caps?: Caps;
  /** Lets cells be TypeScript: a `Transpiler` of `jsvm-engine/typescript`, which is loaded by the first such cell. */
  typescript?: ScriptConverter;
}

/** What converts cells in TypeScript. */
export interface ScriptConverter {
  /** @internal */
  convertScript(source: string): Promise<string>;
}

/**
 * Tools, limits and caps for sessions in which code of a language model runs.
 *
 * ```js
 * const sandbox = await Sandbox.create({
 *   tools: { price: { execute: ({ item }) => item.length } },
 * });
 * const session = sandbox.createSession();
 * const outcome = await session.run("await tools.price({ item: 'tea' })");
 * outcome.value.json; // 3
 * ```
 */
export class Sandbox {
  /** @internal */
  readonly engine: Engine;
  /** @internal */
  readonly tools: Map<string, CheckedTool>;
  /** @internal */
  readonly limits: Limits;
  /** @internal */
  readonly caps: Required<Caps>;
  /** @internal */
  readonly typescript: ScriptConverter | undefined;

  private constructor(engine: Engine, options: SandboxOptions) {
    this.engine = engine;
    this.tools = checkedTools(options.tools ?? {});
    this.limits = { memory: 64 << 20, hardMemory: 128 << 20, ...options.limits };
    this.caps = completeCaps(options.caps);
    this.typescript = options.typescript;
  }

  /** Checks the tools, and loads the engine if there is none. */
  static async create(options: SandboxOptions = {}): Promise<Sandbox> {
    return new Sandbox(options.engine ?? (await Engine.load()), options);
  }

  /** The declarations of what code can use, in TypeScript, for the prompt of a model. */
  get declarations(): string {
    return declarationsOf(this.tools.values());
  }

  /** Begins a session. */
  createSession(): Session {
    return new Session(this);
  }

  /**
   * Continues a session that was saved, here or by the Rust crate `jsvm-sandbox`. It has the tools, limits and
   * caps of this sandbox. What its cells did is not done again.
   *
   * Throws a {@link SnapshotError} if the session is of another engine, or needs more memory than
   * `limits.hardMemory`.
   */
  restore(saved: SavedSession): Session {
    return new Session(this, saved);
  }
}
