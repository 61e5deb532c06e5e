// Modules that are fetched: graphs ahead of their evaluation, `import()` as a request, both in snapshots.
import assert from "node:assert/strict";
import { test } from "node:test";

import { EventLoop, Snapshot } from "../dist/index.js";
import { engine } from "./help.mjs";

const later = (value) => new Promise((resolve) => setTimeout(resolve, 1, value));

/** A loader of these sources that is asynchronous, and counts. */
function loader(sources, more = {}) {
  const asked = [];
  return {
    asked,
    fetch: async (name) => {
      asked.push(name);
      return later(sources[name]);
    },
    ...more,
  };
}

test("static graphs are fetched ahead", async () => {
  const modules = loader({
    "/lib/a.js": "import { b } from './b.js'; export { d } from '/d.js'; export const a = 'a' + b",
    "/lib/b.js": "import { a } from './a.js'; export const b = 'b'; export const late = () => a",
    "/d.js": "import config from './config.json' with { type: 'json' }; export const d = config.d",
    "/config.json": '{ "d": "D" }',
  });
  const vm = engine.createVm({ modules });
  const namespace = await new EventLoop(vm).eval(
    "import { a, d } from './lib/a.js'; import { late } from './lib/b.js'; export const all = [a, d, late()].join()",
    { module: true, fileName: "/main.js" },
  );
  assert.equal(namespace.get("all").toString(), "ab,D,ab");
  assert.deepEqual([...modules.asked].sort(), ["/config.json", "/d.js", "/lib/a.js", "/lib/b.js"]);
});

test("import() waits for its modules", async () => {
  const modules = loader({
    "/a.js": "import { b } from './b.js'; export default b * 2",
    "/b.js": "export const b = 21",
    "/data.json": "[1, 2]",
  });
  const vm = engine.createVm({ modules });
  const loop = new EventLoop(vm);
  assert.equal(await loop.eval("import('/a.js').then(m => m.default)"), 42);
  const json = await loop.eval("import('/data.json', { with: { type: 'json' } }).then(m => m.default)");
  assert.deepEqual(json.toData(), [1, 2]);
  // The VM has it now.
  assert.equal(await loop.eval("import('/a.js').then(m => m.default)"), 42);
  assert.equal(modules.asked.filter((name) => name === "/a.js").length, 1);
  const both = await loop.eval("Promise.all([import('/b.js'), import('/b.js')]).then(([a, b]) => a === b)");
  assert.equal(both, true);
  const main = await loop.import("/b.js");
  assert.equal(main.get("b"), 21);
});

test("names are resolved by the embedder", async () => {
  const modules = loader(
    { "npm:tea@1": "export default 'tea'" },
    { resolve: (specifier, importer, kind) => (specifier === "tea" ? `npm:tea@1` : undefined) },
  );
  const vm = engine.createVm({ modules });
  const namespace = await new EventLoop(vm).eval("export { default as tea } from 'tea'", { module: true });
  assert.equal(namespace.get("tea").toString(), "tea");
});

test("what cannot be fetched rejects", async () => {
  const modules = loader(
    { "/syntax.js": "import './a.js'; export const = 1", "/deep.js": "import './none.js'" },
    {
      resolve(specifier) {
        if (specifier === "number") return 7;
        if (specifier === "throws") throw new RangeError("resolve");
      },
    },
  );
  const vm = engine.createVm({ modules });
  const loop = new EventLoop(vm);
  await assert.rejects(loop.eval("import('/none.js')"), /cannot find the module "\/none\.js"/);
  await assert.rejects(loop.eval("import('/deep.js')"), /cannot find the module "\/none\.js"/);
  await assert.rejects(loop.eval("import '/deep.js'", { module: true }), /cannot find the module "\/none\.js"/);
  await assert.rejects(loop.eval("import('/syntax.js')"), (error) => error.scriptName === "SyntaxError");
  await assert.rejects(loop.eval("import('number')"), /returned no string/);
  await assert.rejects(loop.eval("import('throws')"), (error) => error.scriptName === "RangeError");
  await assert.rejects(loop.eval("import {", { module: true }), (error) => error.scriptName === "SyntaxError");
  const wrong = engine.createVm({ modules: { fetch: async () => 7 } });
  await assert.rejects(new EventLoop(wrong).eval("import('/a.js')"), /returned no module/);
  const failing = engine.createVm({ modules: { fetch: async () => { throw new TypeError("offline"); } } });
  await assert.rejects(new EventLoop(failing).eval("import('/a.js')"), /offline/);
  // Names that objects have anyway.
  const odd = engine.createVm({ modules: { fetch: async (name) => `export default ${JSON.stringify(name)}` } });
  for (const name of ["__proto__", "constructor", "toString"]) {
    assert.equal((await new EventLoop(odd).eval(`import('${name}').then(m => m.default)`)).toString(), name);
  }
});

test("a synchronous loader answers too", async () => {
  const vm = engine.createVm({
    modules: { fetch: async () => undefined, load: (name) => (name === "/sync.js" ? "export const x = 1" : undefined) },
  });
  assert.equal(await new EventLoop(vm).eval("import('/sync.js').then(m => m.x)"), 1);
});

test("a frozen import() goes on, and fetched modules are in the snapshot", async () => {
  const never = { fetch: () => new Promise(() => {}) };
  const vm = engine.createVm({ modules: never });
  vm.eval("var end = import('/a.js').then(m => m.a)");
  vm.runJobs();
  assert.equal(vm.unsettledRequests()[0].name, "jsvm:import");
  const frozen = await Snapshot.fromBytes(await vm.snapshot().toBytes());

  const thawed = engine.restore(frozen, { modules: loader({ "/a.js": "export const a = 'A'" }) });
  assert.equal((await new EventLoop(thawed).settled(thawed.global.get("end"))).toString(), "A");
  // A map of sources does as well.
  const other = engine.restore(frozen, { modules: { "/a.js": "export const a = 'B'" } });
  assert.equal((await new EventLoop(other).settled(other.global.get("end"))).toString(), "B");
  // Nobody has to have the modules any more.
  const last = engine.restore(thawed.snapshot());
  assert.equal((await new EventLoop(last).eval("import('/a.js').then(m => m.a)")).toString(), "A");
});

test("imports are listed without running anything", () => {
  const vm = engine.createVm();
  const imports = vm.moduleImports("import a from './a.js'; export * from 'b'; import('c'); import d from 'd' with { type: 'json' }");
  assert.deepEqual(
    imports.map(({ specifier, attributes }) => [specifier, attributes]),
    [["./a.js", []], ["b", []], ["d", [["type", "json"]]]],
  );
  assert.throws(() => vm.moduleImports("import {"), (error) => error.scriptName === "SyntaxError");
});
