// TypeScript by the sandboxed parser: sources, modules and cells.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { EngineError, EventLoop, UseError } from "../dist/index.js";
import { Sandbox } from "../dist/sandbox/index.js";
import { Transpiler, TranspilerError } from "../dist/typescript/index.js";
import { engine, thrown } from "./help.mjs";

const transpiler = new Transpiler();

/** Why a source is refused. */
async function refused(source, options) {
  const error = await transpiler.convert(source, options).then(assert.fail, (error) => error);
  assert.ok(error instanceof TranspilerError, String(error));
  return error;
}

describe("a source", () => {
  test("loses its types", async () => {
    const early = thrown(() => new Transpiler().convertNow("1"));
    assert.ok(early instanceof UseError);
    assert.match(early.message, /not loaded: await transpiler\.load\(\)/);
    const { text, kind, mappings } = await transpiler.convert("let a: number = 1;", { kind: "es" });
    assert.deepEqual([text, kind, typeof mappings], ["let a = 1;\n", "es", "string"]);
    assert.equal(transpiler.convertNow("export = 1", { fileName: "a.cts" }).kind, "commonjs");
    assert.match((await transpiler.convert("<b>{1}</b>", { fileName: "a.tsx" })).text, /react\/jsx-runtime/);
    assert.match((await transpiler.convert("<b>{1}</b>", { fileName: "a.jsx", jsx: "react", jsxFactory: "h" })).text, /h\("b"/);
    assert.match((await transpiler.convert("import { T } from 't'; export {}")).text, /^(?!.*import)/s);
    assert.match((await transpiler.convert("import { T } from 't'", { verbatimModuleSyntax: true })).text, /import/);
    // All of Unicode, and what UTF-8 cannot carry.
    assert.match((await transpiler.convert("let a: string = 'ä😀'")).text, /ä😀/);
    assert.equal(typeof (await transpiler.convert("let a: string = '\ud800'")).text, "string");
  });

  test("that is wrong has its place", async () => {
    const error = await refused("let a: number = 1;\nlet b: = 2;");
    assert.deepEqual([error.reason, error.line, error.column], ["syntax", 2, 8]);
    assert.match(error.message, /\(2:8\)$/);
    assert.equal((await refused("type A = ".concat("[".repeat(200_000)))).reason, "depth");
    assert.equal((await refused("(".repeat(100_000))).reason, "depth");
    assert.equal((await refused(" ".repeat((4 << 20) + 1))).reason, "length");
    // A million scopes.
    assert.equal((await refused("{}".repeat(2 << 20))).reason, "memory");
    await assert.rejects(transpiler.convert(7), TypeError);
    // What one source did is gone with its instance.
    assert.equal(transpiler.convertNow("1 as any", { kind: "es" }).text, "1;\n");
  });

  test("needs the file of the package", async () => {
    const other = new Transpiler();
    await assert.rejects(other.load(new Uint8Array([0, 1, 2])), EngineError);
    await assert.rejects(other.load(await readFile(new URL("../js-vm.wasm", import.meta.url))).then(() => other.convert("1")), EngineError);
    const file = await readFile(new URL("../transpiler.wasm", import.meta.url));
    await other.load(await WebAssembly.compile(file));
    assert.equal((await other.convert("2 as any", { kind: "es" })).text, "2;\n");
  });
});

describe("modules", () => {
  const sources = {
    "main.ts": "import { twice, type T } from './lib.ts'; import json from './data.json' with { type: 'json' }; const t: T = { n: json.n }; export default twice(t.n);",
    "lib.ts": "export interface T { n: number }\nexport const twice = (n: number): number => n * 2;\nexport function fail(): never {\n\n  throw new Error('here' as string);\n}",
    "data.json": { text: '{ "n": 21 }', kind: "json" },
    "decorated.ts": `
      function log(value: any, { name }: { name: string }) { names.push(name); return value; }
      const names: string[] = [];
      class A { @log static x = 1; @log accessor y = 2; @log m() {} @log get z() { return 3; } #p = 4; @log static #q() { return 5 } }
      export default names.join();`,
    "legacy.ts": `
      const seen: string[] = [];
      const d = (...args: any[]) => { seen.push(typeof args[0] + args.length); };
      @d class A { @d x = 1; @d m(@d a: number) {} }
      export default seen.join();`,
  };

  test("are converted by their names, loaded or fetched", async () => {
    await transpiler.load();
    const fetched = [];
    for (const given of [
      sources,
      { load: (name) => sources[name] },
      { fetch: async (name) => (fetched.push(name), sources[name]) },
    ]) {
      const vm = engine.createVm({ modules: transpiler.modules(given) });
      const loop = new EventLoop(vm);
      const namespace = await loop.import("main.ts");
      assert.equal(namespace.get("default"), 42);
      assert.equal((await loop.import("decorated.ts")).get("default").toString(), "#q,y,m,z,x");
      // A stack names the place in the TypeScript.
      const lib = await loop.import("lib.ts");
      assert.match(thrown(() => lib.callMethod("fail")).scriptStack, /lib\.ts:5:/);
    }
    assert.ok(fetched.includes("lib.ts"));
    const vm = engine.createVm({ modules: transpiler.modules(sources, { experimentalDecorators: true }) });
    assert.equal((await new EventLoop(vm).import("legacy.ts")).get("default").toString(), "object3,object3,object3,function1");
  });

  test("that are wrong are errors of the import", async () => {
    const vm = engine.createVm({ modules: transpiler.modules({ "a.ts": "let a: = 1", "b.js": "let a: number" }) });
    await assert.rejects(new EventLoop(vm).import("a.ts"), /Unexpected token \(1:8\)/);
    await assert.rejects(new EventLoop(vm).import("b.js"), /SyntaxError/);
    await assert.rejects(new EventLoop(vm).import("jsvm:typescript/helpers/constructor"), /cannot find the module/);
  });
});

describe("cells", () => {
  const make = async (options = {}) => (await Sandbox.create({ engine, typescript: transpiler, ...options })).createSession();
  const value = async (session, code) => {
    const outcome = await session.run(code);
    assert.equal(outcome.status, "completed", JSON.stringify(outcome.error));
    return outcome.value.json;
  };

  test("can be TypeScript", async () => {
    const session = await make();
    assert.equal(await value(session, "interface A { n: number }\nconst a: A = { n: 1 };\na.n"), 1);
    assert.equal(await value(session, "const a: A = { n: await Promise.resolve(2) };\na.n"), 2);
    assert.deepEqual(await value(session, "{ n: a.n as number }"), { n: 2 });
    assert.equal(await value(session, "enum E { X = 5 }; E.X"), 5);
    assert.equal(await value(session, "class B<T> { constructor(public t: T) {} }\nnew B<number>(7).t"), 7);
    assert.equal(await value(session, "a.n + E.X + new B(1).t"), 8);
    assert.equal(await value(session, "const a = 3; a"), 3);
  });

  test("that fail say why, in terms of what ran", async () => {
    const session = await make();
    const wrong = (await session.run("let a: number = ;")).error;
    assert.equal(wrong.kind, "syntax");
    const thrown = (await session.run("interface A {}\n\nconst a: any = null;\na.b.c")).error;
    assert.equal(thrown.kind, "exception", JSON.stringify(thrown));
    assert.match(thrown.places[0].code, /a\.b\.c/);
    const tool = await make({ tools: { pay: { ask: true, execute: () => 1 } } });
    const waits = await tool.run("const paid: number = await tools.pay({});\n(paid as any).x.y");
    assert.equal(waits.status, "waiting");
    const failed = await tool.resume([{ id: waits.waiting[0].id, approve: true }]);
    assert.equal(failed.error.kind, "exception", JSON.stringify(failed.error));
    assert.match(failed.error.places[0].code, /paid\.x\.y/);
  });

  test("load the transpiler when one needs it", async () => {
    let loads = 0;
    const lazy = { convertScript: (source) => (loads++, transpiler.convertScript(source)) };
    const session = await make({ typescript: lazy });
    assert.equal(await value(session, "let n = 1; n"), 1);
    assert.equal(await value(session, "{ n: 1 }").then(({ n }) => n), 1);
    assert.equal(loads, 0);
    assert.equal(await value(session, "let m: number = 1; m + n"), 2);
    assert.equal(loads, 1);
    // Without it, such a cell is an error of its syntax.
    const plain = (await Sandbox.create({ engine })).createSession();
    assert.equal((await plain.run("let m: number = 1")).error.kind, "syntax");
    // A module that cannot be loaded is no error of the cell.
    const offline = await make({ typescript: { convertScript: async () => { throw new EngineError("no network"); } } });
    await offline.run("let n = 1");
    await assert.rejects(offline.run("let m: number = 1"), EngineError);
    assert.equal(offline.cells, 1);
    assert.equal(await value(offline, "n"), 1);
  });
});
