/** Converts TypeScript and JSX to JavaScript. */

import { Bindings, type CompilerOptions, type File, imports, type Language, type SyntaxError } from "../abi/transpiler.js";
import type { Codec } from "../abi/machine.js";
import { JsvmError, UseError } from "../errors.js";
import { callFresh, type HelperFailure, HelperModule } from "../helper.js";
import type { EngineSource } from "../load.js";
import type { Modules, ModuleSource } from "../options.js";
import { PACKAGE } from "./helpers.js";
import { convertedModules } from "./modules.js";

/** The most pages of memory that a source may take: 256 MiB. */
const MAX_PAGES = 4_096;

/** UTF-16 units of a source. What is longer could keep the thread busy for seconds. */
const MAX_SOURCE = 4 << 20;

/** Why a source was not converted. */
export type TranspilerReason =
  /** It does not parse, or has syntax that cannot be converted: {@link TranspilerError.line}. */
  | "syntax"
  /** It is nested more deeply than the host's stack allows. */
  | "depth"
  /** It is longer than 4 Mi units of UTF-16. */
  | "length"
  /** It needs more than 256 MiB of memory, or the host has none. */
  | "memory"
  /** Something else failed. */
  | "failed";

/** A source was not converted. */
export class TranspilerError extends JsvmError {
  /** Why. */
  readonly reason: TranspilerReason;
  /** The place in the source, counted from 1; columns count bytes. 0 for another reason than `syntax`. */
  readonly line: number;
  readonly column: number;

  constructor(reason: TranspilerReason, message: string, more: { line?: number; column?: number; cause?: unknown } = {}) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    this.reason = reason;
    this.line = more.line ?? 0;
    this.column = more.column ?? 0;
  }
}

/** The options of {@link Transpiler.convert}, most of them as in `tsconfig.json`. */
export interface ConvertOptions {
  /** The name of the file. Its extension says what it is; `.ts` without one. */
  fileName?: string;
  /** Whether the source is an ES module. If missing, the extension or the syntax decides. */
  kind?: "es" | "commonjs";
  experimentalDecorators?: boolean;
  emitDecoratorMetadata?: boolean;
  strictNullChecks?: boolean;
  /** `true` if missing. */
  useDefineForClassFields?: boolean;
  /** Whether imports that are not used stay. */
  verbatimModuleSyntax?: boolean;
  /** `react` calls a function in scope; `react-jsx`, the default, imports one. */
  jsx?: "react" | "react-jsx";
  jsxImportSource?: string;
  jsxFactory?: string;
  jsxFragmentFactory?: string;
}

/** JavaScript, from {@link Transpiler.convert}. */
export interface ConvertedSource {
  kind: "es" | "commonjs";
  text: string;
  /** The `mappings` of a source map with one source, of which columns count bytes. */
  mappings: string | undefined;
}

const none = (): never => {
  throw new UseError("the transpiler has no values");
};

const hooks: Codec = {
  handle: none,
  dispose: none,
  encode: none,
  decode: none,
  failure(_, payload) {
    const { message, line, column } = payload as SyntaxError;
    return new TranspilerError("syntax", `${message} (${line}:${column})`, { line, column });
  },
};

/**
 * Converts TypeScript and JSX. Each source is parsed in an instance of its own, with bounded memory: a hostile
 * source fails with a {@link TranspilerError}.
 *
 * ```js
 * const transpiler = new Transpiler();
 * const { text } = await transpiler.convert("let a: number = 1;"); // "let a = 1;\n"
 * ```
 */
export class Transpiler {
  readonly #file = new HelperModule("the transpiler", () => new URL("../../transpiler.wasm", import.meta.url));

  /**
   * Loads the module now, from the package or from what is given: where a host allows no compiling, a compiled
   * module of `transpiler.wasm`.
   */
  async load(source?: EngineSource): Promise<this> {
    await this.#file.load(source);
    return this;
  }

  /** Converts a source. The first call loads the module. */
  async convert(source: string, options: ConvertOptions = {}): Promise<ConvertedSource> {
    await this.load();
    return this.convertNow(source, options);
  }

  /** Converts a source at once. The module must be loaded: see {@link Transpiler.load}. */
  convertNow(source: string, options: ConvertOptions = {}): ConvertedSource {
    const module = this.#file.compiled;
    if (module === undefined) {
      throw new UseError("the transpiler is not loaded: await transpiler.load() first, or use convert()");
    }
    if (typeof source !== "string") {
      throw new TypeError(`a source is a string, found ${typeof source}`);
    }
    if (source.length > MAX_SOURCE) {
      throw new TranspilerError("length", `the source has ${source.length} characters, more than ${MAX_SOURCE}: split it`);
    }
    const converted = callFresh(module, {
      what: "the transpiler",
      maxPages: MAX_PAGES,
      bind(memory) {
        const bindings = new Bindings(memory);
        bindings.codec = hooks;
        return bindings;
      },
      imports: (bindings) => imports(bindings, {}),
      call: (bindings) => bindings.transpilerConvert(source, fileOf(options), compilerOptions(options)),
      failed,
    });
    const { kind, code, mappings } = converted;
    return { kind: kind === "es" ? "es" : "commonjs", text: code, mappings };
  }

  /**
   * Converts a script, which has no `import` and `export` of its own. Declarations that are not used stay.
   * @internal
   */
  async convertScript(source: string): Promise<string> {
    const { text } = await this.convert(source, { verbatimModuleSyntax: true });
    const script = text.replace(/^"use strict";\n/, "").trimEnd();
    return script.endsWith("export {};") ? script.slice(0, -"export {};".length) : script;
  }

  /**
   * Converts modules of a VM whose names end in `.ts`, `.mts`, `.cts`, `.tsx` or `.jsx`. The result is for
   * {@link VmOptions.modules}, and has the functions that converted decorators call.
   *
   * ```js
   * const modules = await transpiler.load().then((t) => t.modules({ "a.ts": "export const n: number = 1" }));
   * const vm = engine.createVm({ modules });
   * ```
   *
   * Modules that `load` returns are converted at once, so the transpiler must be loaded by then.
   */
  modules(modules: Modules | Record<string, ModuleSource>, options: Omit<ConvertOptions, "fileName" | "kind"> = {}): Modules {
    return convertedModules(this, modules, options);
  }
}

function fileOf({ fileName = "source.ts", kind }: ConvertOptions): File {
  const extension = /\.([a-z]+)$/.exec(fileName)?.[1];
  const ofExtension = extension === "mts" ? "es" : extension === "cts" ? "commonjs" : undefined;
  const known = kind ?? ofExtension;
  return { language: languageOf(extension), kind: known === "commonjs" ? "common-js" : known };
}

function languageOf(extension: string | undefined): Language {
  switch (extension) {
    case "tsx":
      return "tsx";
    case "js":
    case "mjs":
    case "cjs":
    case "jsx":
      return "jsx";
    default:
      return "type-script";
  }
}

function compilerOptions(options: ConvertOptions): CompilerOptions {
  return {
    legacyDecorators: options.experimentalDecorators ?? false,
    decoratorMetadata: options.emitDecoratorMetadata ?? false,
    strictNullChecks: options.strictNullChecks ?? false,
    defineClassFields: options.useDefineForClassFields ?? true,
    keepUnusedImports: options.verbatimModuleSyntax ?? false,
    classicJsx: options.jsx === "react",
    jsxImportSource: options.jsxImportSource,
    jsxFactory: options.jsxFactory,
    jsxFragmentFactory: options.jsxFragmentFactory,
    helperPackage: PACKAGE,
  };
}

/** The error of a call that did not end. */
function failed(why: HelperFailure, cause: unknown): TranspilerError {
  switch (why) {
    case "memory":
      return new TranspilerError("memory", "the source needs more memory than 256 MiB, or than the host has: split it", { cause });
    case "stack":
      return new TranspilerError("depth", "the source is nested too deeply for the host's stack", { cause });
    case "trap":
      return new TranspilerError(
        "failed",
        `the transpiler failed (${cause instanceof Error ? cause.message : String(cause)}): report this with the source`,
        { cause },
      );
  }
}
