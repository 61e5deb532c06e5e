// A spreadsheet whose formulas are JavaScript. They are written by whoever has the sheet, so none of
// them is evaluated here: each runs in a VM of its own kind, which has nothing but the cells.
import { eval as evaluate, getGlobal } from "jsvm:engine/evaluation@0.2.0";
import { setLimits } from "jsvm:engine/heap@0.2.0";

const SHEET = {
  A1: "12", B1: "0.19", C1: "=A1 * (1 + B1)",
  A2: "30", B2: "0.07", C2: "=A2 * (1 + B2)",
  C3: "=sum(C1, C2)",
  D1: "=C3 > 40 ? 'over' : 'under'",
  D2: "=new Intl.Thing()",
  D3: "=D4", D4: "=D3",
  E1: "=[].constructor.constructor('return typeof fetch + typeof process')()",
  E2: "='x'.repeat(2 ** 29).length",
  E3: "=(function deep() { return deep() + 1 })()",
  E4: "=globalThis.console.log('a formula may print')",
};

// What formulas find. A cell is computed when it is first asked for.
const PRELUDE = `
  globalThis.sum = (...values) => values.reduce((sum, value) => sum + value, 0);
  (name, text) => {
    let state = "new", value;
    Object.defineProperty(globalThis, name, {
      get() {
        if (state === "running") throw new RangeError(name + " depends on itself");
        if (state === "new") {
          state = "running";
          try {
            value = text.startsWith("=") ? (0, eval)("(" + text.slice(1) + ")") : Number(text);
            state = "done";
          } finally {
            if (state === "running") state = "new";
          }
        }
        return value;
      },
    });
  };
`;

const OPTIONS = { fileName: "sheet", kind: "script", strict: false, topLevelAwait: false };
const NOTHING = { tag: "undefined" };
const text = (val) => ({ tag: "text", val });

function show(output) {
  switch (output.tag) {
    case "value":
      return output.val.inspect({ depth: 1, colors: false });
    case "number":
      return String(Math.round(output.val * 100) / 100);
    default:
      return String(output.val ?? output.tag);
  }
}

function explain(error) {
  const { tag, val } = error.payload ?? {};
  if (tag === "exception") return `${val.name}: ${val.message}`;
  if (tag !== undefined) return tag;
  throw error;
}

export const run = {
  run() {
    // The stack is what fits into the native stack that hosts give a component.
    setLimits({ memory: 64n << 20n, stack: 96 << 10, output: 1n << 20n });
    const define = evaluate(PRELUDE, OPTIONS).val;
    for (const [name, formula] of Object.entries(SHEET)) {
      define.call(NOTHING, [text(name), text(formula)]);
    }
    const cells = getGlobal();
    for (const [name, formula] of Object.entries(SHEET)) {
      let shown;
      try {
        shown = show(cells.get({ tag: "name", val: name }));
      } catch (error) {
        shown = explain(error);
      }
      console.log(`${name}  ${shown}${formula.startsWith("=") ? `   ${formula}` : ""}`);
    }
  },
};
