// Every example of the README of quickjs-wasi runs here, as it is but for its imports, in both
// implementations: what they print and compute is compared.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import ts from "typescript";

import { create, extension, OURS, readme, THEIRS } from "./help.mjs";

/** The examples, in order. */
const examples = [...readme.matchAll(/^```typescript\n(.*?)^```$/gms)].map(([, source]) => source);

/** What is expected of each, and what goes before and after it where it is a part of a program. */
const EXPECTED = [
  { title: "loading from the disk", after: "note(wasmBytes.length > 1e5)", found: [true] },
  { title: "loading by fetch", after: "note(wasmModule instanceof WebAssembly.Module)", found: [true] },
  { title: "loading by a bundler", after: "note(wasmModule instanceof WebAssembly.Module)", found: [true] },
  { title: "basic evaluation", found: [3] },
  { title: "values", found: ["hello", { x: 1, y: [2, 3] }, 3] },
  { title: "host functions", found: [7] },
  {
    title: "asynchronous host functions",
    after: `
      for (const host of ["example.com", "nowhere"]) {
        const end = await vm.resolvePromise(vm.evalCode("dnsResolve('" + host + "')"));
        note(end.value?.toString() ?? end.error.getProp("message").toString());
      }`,
    found: ["192.0.2.1", "no such host"],
  },
  { title: "modules", found: [42, "hi"] },
  { title: "a module loader", found: [7] },
  {
    title: "modules that are fetched",
    after: "note(vm.dump(result.value.getProp('x')))",
    found: [5],
  },
  {
    title: "errors",
    after: "note(vm.evalCode('[hostError.name, hostError.message, hostError instanceof Error].join()').toString())",
    found: ["TypeError", "bad", /^ {4}at .*<eval>:1/, "RangeError,out of bounds,true"],
  },
  // The numbers are others, and the same in both VMs.
  { title: "a clock", found: [/^0\.\d+$/, /^0\.\d+$/], same: true },
  {
    title: "random bytes",
    before: "const cryptoExtension = { name: 'crypto', wasm: await load('crypto.so') };",
    after: "note([...vm.evalCode('crypto.getRandomValues(new Uint8Array(4))').toUint8Array()])",
    found: [[0x42, 0x42, 0x42, 0x42]],
    extensions: true,
  },
  { title: "a clock that goes on", found: [1700000000000, 1700000001000] },
  // In jsvm a script can catch the error: see the table of differences.
  { title: "the memory limit", after: "note(vm.evalCode('1').toNumber())", found: [1], theirs: ["out of memory", 1] },
  { title: "an interrupt", before: "Date = faster(Date);", found: [3] },
  { title: "a time zone", found: [480] },
  { title: "UTC", after: "note(vm.evalCode('new Date().getTimezoneOffset()').toNumber())", found: [0] },
  {
    title: "the time zone of a function",
    after: "note(vm.evalCode('new Date(0).getTimezoneOffset()').toNumber() === new Date(0).getTimezoneOffset())",
    found: [true],
  },
  { title: "a snapshot", found: [42] },
  { title: "host callbacks after a restore", found: [300] },
  { title: "an extension", after: "note(result.toString())", found: ["example.com"], extensions: true },
  { title: "an extension by a bundler", after: "note(urlExtBytes.byteLength > 0)", found: [true] },
  {
    title: "an extension after a restore",
    before: `const urlExtBytes = await load("url.so");
      const vm = await QuickJS.create({ wasm: wasmBytes, extensions: [{ name: "url", wasm: urlExtBytes }] });
      vm.evalCode("globalThis.kept = new URL('https://a.example/b')").dispose();`,
    after: "note(vm2.evalCode('kept.pathname').toString())",
    found: ["/b"],
    extensions: true,
  },
  {
    title: "a scope",
    before: "const vm = await QuickJS.create(wasmBytes); const root = vm.evalCode(\"({ user: { profile: { name: 'A' } } })\");",
    after: "note(name.toString(), name.disposed)",
    found: ["A", false],
  },
  { title: "a browser", after: "note(vm.evalCode('1').toNumber())", found: [1] },
];

/** Whether this host links extensions of quickjs-wasi: their constants are computed. */
const links = await create(THEIRS, { extensions: [{ name: "url", wasm: await extension("url") }] }).then(
  () => true,
  () => false,
);

test("the README has the examples that are expected", () => {
  assert.equal(examples.length, EXPECTED.length);
});

for (const [index, source] of examples.entries()) {
  const { title, before = "", after = "", found, same, theirs = found, extensions } = EXPECTED[index];
  for (const [of, expected] of [[OURS, found], [THEIRS, theirs]]) {
    const skip = of === THEIRS && extensions === true && !links;
    test(`README of quickjs-wasi, ${title}: ${of.name}`, { skip }, async () => {
      const seen = await run(of, `${before}\n${noted(source)}\n${after}`);
      assert.equal(seen.length, expected.length, JSON.stringify(seen));
      expected.forEach((one, at) => {
        if (one instanceof RegExp) {
          assert.match(String(seen[at]), one);
        } else {
          assert.deepEqual(seen[at], one);
        }
      });
      if (same === true) {
        assert.equal(seen[0], seen[1]);
      }
    });
  }
}

/** Lets an example note what it computes: what `consume()` returns, and what is dumped. */
function noted(source) {
  return source
    .replace(/^( *)(?!const|let|using|if|return|console)([\w.]+\.(?:evalCode|consume|getProp)\(.*\.consume\(.*\));/gm, "$1note($2);")
    .replace(/^( *)(?:(ns\.getProp)|(result\.value\.consume))(.*);/gm, "$1note($2$3$4);")
    .replace(/^( *const (\w+) = (?:vm\.dump\(|.*\.consume\().*;)/gm, "$1 note($2);");
}

/** Runs a program with an implementation, and returns what it printed and noted. */
async function run(of, program) {
  const seen = [];
  const files = {
    "quickjs-wasi": of.api,
    "node:fs/promises": { readFile },
  };
  const bytes = async (name) => {
    const so = /([\w-]+)\.so/.exec(name);
    return so === null ? of.wasm : extension(so[1]);
  };
  const source = program.replace(/^import (.+) from '(.+)';.*$/gm, (_, names, from) =>
    from in files ? `const ${names} = imported["${from}"];` : `const ${names} = "${from}";`,
  );
  const scope = {
    ...of.api,
    imported: files,
    wasmBytes: of.wasm,
    load: bytes,
    note: (...values) => seen.push(...values),
    console: { log: (...values) => seen.push(...values), error: (...values) => seen.push(...values) },
    // Of jsvm, the names are those of its own package.
    meta: { resolve: (name) => import.meta.resolve(of === OURS ? `jsvm-engine/${name}` : name) },
    // A server that has the engine, the extensions, and a module.
    fetch: async (url) =>
      String(url).endsWith("mod.js")
        ? new Response("export const x = 5;")
        : new Response(await bytes(String(url)), { headers: { "content-type": "application/wasm" } }),
    dns: {
      resolve4: async (name) => {
        if (name === "nowhere") throw new Error("no such host");
        return ["192.0.2.1"];
      },
    },
    storage: new (class {
      #kept = new Map();
      put = async (name, value) => this.#kept.set(name, value);
      get = async (name) => this.#kept.get(name);
    })(),
    faster,
    Date,
  };
  // An example may define a name that the next one takes as given.
  const names = Object.keys(scope).filter(
    (name) => !new RegExp(`(?:const|let|using) (?:\\{[^}]*\\b${name}\\b[^}]*\\}|${name}\\b)`).test(source),
  );
  const text = `(async ({ ${names.join(", ")} }) => {\n${source.replaceAll("import.meta", "meta")}\n})`;
  const { outputText } = ts.transpileModule(text, { compilerOptions: { target: "ES2022", module: "ESNext" } });
  await (0, eval)(outputText.replace(/^export \{\};$/m, ""))(scope);
  return seen;
}

/** A clock that goes a hundred times as fast. */
function faster(Clock) {
  const start = Clock.now();
  return class extends Clock {
    static now = () => start + (Clock.now() - start) * 100;
  };
}
