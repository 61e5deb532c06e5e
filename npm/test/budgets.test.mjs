// The sizes of the package's files are within the budgets of ARCHITECTURE.md.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

const root = new URL("../../", import.meta.url);
const npm = new URL("../", import.meta.url);

/** What a size may be above the figure in the table. */
const TOLERANCE = 1.03;

const read = (path) => readFile(new URL(path, npm));
/** What a download takes, at a level at which a second is enough. */
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 7 } }).length;

/** The modules that an entry imports before it does anything, as one text. */
async function modules(entry, found = new Map()) {
  const url = new URL(entry, npm).href;
  if (!found.has(url)) {
    const text = await readFile(new URL(url), "utf8");
    found.set(url, text);
    for (const [, path] of text.matchAll(/^(?:import|export) (?:[^;]*? from )?"(\.[^"]+)";$/gm)) {
      await modules(new URL(path, url).href, found);
    }
  }
  return Buffer.from([...found.values()].join("\n"));
}

const engine = await read("js-vm.wasm");
const codec = await read("snapshot.wasm");
const transpiler = await read("transpiler.wasm");
const MEASURES = {
  "`js-vm.wasm` of npm": () => engine.length,
  "`js-vm.wasm` of npm, by brotli": () => brotli(engine),
  "`snapshot.wasm`": () => codec.length,
  "`snapshot.wasm`, by brotli": () => brotli(codec),
  "`transpiler.wasm`": () => transpiler.length,
  "`transpiler.wasm`, by brotli": () => brotli(transpiler),
  "modules of `jsvm-engine`, by brotli": async () => brotli(await modules("dist/index.js")),
  "modules of `/quickjs-wasi`, by brotli": async () => brotli(await modules("dist/quickjs-wasi/index.js")),
  "modules of `/sandbox`, by brotli": async () => brotli(await modules("dist/sandbox/index.js")),
  "modules of `/typescript`, by brotli": async () => brotli(await modules("dist/typescript/index.js")),
};

test("an entry imports no module that is fetched when it is first used", async () => {
  for (const [entry, later] of [
    ["dist/index.js", ["abi/codec", "abi/transpiler"]],
    ["dist/sandbox/index.js", ["abi/codec", "abi/transpiler"]],
    ["dist/typescript/index.js", ["abi/codec", "abi/bindings"]],
  ]) {
    const found = new Map();
    await modules(entry, found);
    const names = [...found.keys()].filter((url) => later.some((name) => url.endsWith(`${name}.js`)));
    assert.deepEqual(names, [], entry);
  }
});

test("the files of the package are within their budgets", async (context) => {
  const text = await readFile(new URL("ARCHITECTURE.md", root), "utf8");
  const [, table] = /<!-- npm budgets -->(.*?)<!-- \/npm budgets -->/s.exec(text);
  const budgets = new Map([...table.matchAll(/^\| (.+?) \| ([\d,]+) B \|/gm)].map(([, what, figure]) => [what, Number(figure.replaceAll(",", ""))]));
  assert.deepEqual([...budgets.keys()], Object.keys(MEASURES), "the test measures what the table has");
  for (const [what, budget] of budgets) {
    const bytes = await MEASURES[what]();
    context.diagnostic(`${what}: ${bytes} B`);
    assert.ok(
      bytes <= budget * TOLERANCE,
      `${what} takes ${bytes} B, and its budget is ${budget} B: make it smaller, or write another figure with the reason into ARCHITECTURE.md`,
    );
  }
});
