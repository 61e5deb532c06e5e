/** Reads the code of cells. Only the VM parses it, so its limits hold. */

import { ScriptError } from "../errors.js";
import { Value } from "../value.js";
import type { Vm } from "../vm.js";

/** How many declarations of a cell are looked at. A cell with more cannot declare all of them again. */
const MAX_DECLARATIONS = 1_000;

/** The names of the roots, as those of the Rust crate. */
const ROOTS = ["jsvm:prompt:function", "jsvm:prompt:async-function"] as const;

/** Code that is ready to be evaluated. */
export interface CellCode {
  readonly text: string;
  /** Whether it uses `await` at its top level. */
  readonly isAsync: boolean;
}

/** How code parses. */
export type Parsing = "fine" | "needs-function" | "wrong";

/** Reads code with the functions that a fresh VM had, which no script can replace. */
export class CellReader {
  readonly #vm: Vm;
  readonly #function: Value;
  readonly #asyncFunction: Value;

  constructor(vm: Vm) {
    this.#vm = vm;
    if (vm.getRoot(ROOTS[0]) === undefined) {
      vm.setRoot(ROOTS[0], vm.eval("Function"));
      vm.setRoot(ROOTS[1], vm.eval("(async () => {}).constructor"));
    }
    [this.#function, this.#asyncFunction] = ROOTS.map((name) => vm.getRoot(name) as Value) as [Value, Value];
  }

  /** Whether code parses as it is. */
  isJavaScript(code: string): boolean {
    const object = `(${code}\n)`;
    return (
      this.#parses(this.#function, code) ||
      this.#parses(this.#asyncFunction, code) ||
      (code.trimStart().startsWith("{") && this.#parses(this.#asyncFunction, object))
    );
  }

  /** Reads a cell: an object literal needs no parentheses, and names can be declared again. */
  read(code: string): CellCode {
    const trimmed = code.trimEnd();
    const object = `(${trimmed}\n)`;
    const isObject =
      trimmed.trimStart().startsWith("{") &&
      !trimmed.endsWith(";") &&
      (this.#parses(this.#function, object) || this.#awaits(object));
    const text = isObject ? object : trimmed;
    // Code that parses neither way has an error that is better reported without its `await`.
    const isAsync = this.#awaits(text) || (text.includes("await") && !this.#parses(this.#function, text));
    return { text: this.#redeclared(text, isAsync), isAsync };
  }

  /** How code parses that was read. */
  parsing({ text, isAsync }: CellCode): Parsing {
    if (this.#isScript(text, isAsync)) {
      return "fine";
    }
    const inside = this.#parses(this.#function, text) || this.#parses(this.#asyncFunction, text);
    return inside ? "needs-function" : "wrong";
  }

  /**
   * Turns `const`, `let` and `class` at the top level into `var`, so that a later cell can declare the
   * names again.
   *
   * A declaration is at the top level if the code before it parses on its own. What is inside of a block, a
   * string or an expression has code before it that does not.
   */
  #redeclared(text: string, isAsync: boolean): string {
    const found = /(?<![\w$.#])(const|let|class)(?=[\s/[{])/gu;
    let result = "";
    let copied = 0;
    let looked = 0;
    for (const match of text.matchAll(found)) {
      const [at, word] = [match.index, match[1]!];
      if (at < copied) {
        continue;
      }
      if (++looked > MAX_DECLARATIONS) {
        break;
      }
      if (!startsStatement(text, at) || !this.#isScript(`${text.slice(0, at)}\n;`, isAsync)) {
        continue;
      }
      if (word !== "class") {
        // Other code keeps its column.
        result += text.slice(copied, at) + (word === "const" ? "var  " : "var");
        copied = at + word.length;
        continue;
      }
      const name = /^class\s+([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)/u.exec(text.slice(at))?.[1];
      const end = name === undefined ? undefined : this.#endOfClass(text, at, isAsync);
      if (end !== undefined) {
        result += `${text.slice(copied, at)}var ${name} = ${text.slice(at, end)};`;
        copied = end;
      }
    }
    if (copied === 0) {
      return text;
    }
    result += text.slice(copied);
    // What a rewriting has made wrong is evaluated as it is.
    return this.#isScript(result, isAsync) ? result : text;
  }

  #endOfClass(text: string, at: number, isAsync: boolean): number | undefined {
    let end = text.indexOf("}", at);
    for (let looked = 0; end >= 0 && looked < MAX_DECLARATIONS; looked++) {
      if (this.#isScript(text.slice(at, end + 1), isAsync)) {
        return end + 1;
      }
      end = text.indexOf("}", end + 1);
    }
    return undefined;
  }

  #isScript(text: string, isAsync: boolean): boolean {
    try {
      this.#vm.compile(text, { async: isAsync }).dispose();
      return true;
    } catch (error) {
      if (error instanceof ScriptError) {
        return false;
      }
      throw error;
    }
  }

  #awaits(code: string): boolean {
    return code.includes("await") && this.#parses(this.#asyncFunction, code);
  }

  #parses(constructor: Value, code: string): boolean {
    try {
      const made = constructor.call(code);
      if (made instanceof Value) {
        made.dispose();
      }
      return true;
    } catch (error) {
      if (error instanceof ScriptError) {
        return false;
      }
      throw error;
    }
  }
}

/** Whether a statement can start here: cheap, and right about what cannot. */
function startsStatement(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 200), at).trimEnd();
  const last = before.at(-1);
  const isNewLine = /\n\s*$/.test(text.slice(Math.max(0, at - 200), at));
  return last === undefined || last === ";" || last === "}" || last === "/" || isNewLine;
}
