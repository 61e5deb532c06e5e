// Every name of quickjs-wasi is there, and in the documentation; and the declarations take what its take.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { create, OURS, THEIRS, vm } from "./help.mjs";

const page = await readFile(new URL("../../../docs/reference/migrating-from-quickjs-wasi.md", import.meta.url), "utf8");

/** The names in the first column of a table, by the heading above it. */
function documented(heading) {
  const [, section] = page.split(`\n### ${heading}\n`);
  assert.ok(section, heading);
  const rows = section.split("\n###")[0].split("\n").filter((line) => line.startsWith("| `"));
  const all = rows.flatMap((row) => [...row.split(" | ")[0].matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  return all.filter((name) => !name.includes("[Symbol."));
}

const names = (object) => new Set(Reflect.ownKeys(object).map(String));
/** The members of a class, and of the class that it extends. */
function members(of, name) {
  const found = new Set();
  for (let at = of.api[name].prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names(at).forEach((one) => found.add(one));
  }
  return found;
}
const plain = (name) => name.replace(/[([].*/, "").replace(/^.*\./, "");

/** The members of quickjs-wasi that are its own affair: its declarations call them private or internal. */
const INTERNAL = new Set([
  "setInstance", "handleHostCall", "exceptionToHandle", "isInterrupt", "throwHostException", "writeString", "readCString",
  "throwIfException", "throwPendingException", "newInternalFunction", "observePromise", "callFunctionRaw", "_dump",
  "assertNotDisposed", "_getExports", "_getMemory", "_writeString", "_readCString", "_isBorrowed", "constructor",
]);

test("the members of QuickJS and JSValueHandle are those of quickjs-wasi", () => {
  for (const name of ["QuickJS", "JSValueHandle"]) {
    const own = members(OURS, name);
    const missing = [...members(THEIRS, name)].filter((member) => !own.has(member) && !INTERNAL.has(member));
    assert.deepEqual(missing, [], name);
  }
});

test("the documentation has each member, and no others", async () => {
  const one = await vm();
  const found = {
    "`QuickJS`: a VM": [...members(OURS, "QuickJS"), ...names(OURS.api.QuickJS)],
    "`JSValueHandle`: a value": [...members(OURS, "JSValueHandle"), ...Object.keys(one.evalCode("1"))],
    "`Deferred`": Object.keys(one.newPromise()),
  };
  for (const [heading, own] of Object.entries(found)) {
    const here = documented(heading).map(plain).filter((name) => name !== "" && name !== "HandleScope");
    // `escape` belongs to the scope that `withScope` passes.
    const unknown = here.filter((name) => !own.includes(name) && name !== "escape");
    assert.deepEqual(unknown, [], heading);
  }
  const theirs = [...members(THEIRS, "QuickJS"), ...members(THEIRS, "JSValueHandle")].filter((name) => !INTERNAL.has(name));
  const all = page.split("\n## In Rust\n")[1].match(/`[^`]+`/g).map((name) => plain(name.slice(1, -1)));
  assert.deepEqual(theirs.filter((name) => !name.startsWith("Symbol(") && !all.includes(name)), []);
});

test("the flags of the documentation have the values of quickjs-wasi", () => {
  for (const name of ["EvalFlags", "CompileFlags", "Intrinsics"]) {
    assert.deepEqual(OURS.api[name], THEIRS.api[name]);
  }
  const all = documented("Flags").map(plain);
  const known = ["EvalFlags", "CompileFlags", "Intrinsics"].flatMap((name) => Object.keys(OURS.api[name]));
  assert.deepEqual(all.filter((name) => !known.includes(name)), []);
  assert.deepEqual(known.filter((name) => !all.includes(name)), []);
});

test("each option of the documentation is taken", async () => {
  const options = {
    wasm: new WebAssembly.Module(OURS.wasm),
    wasi: () => ({}),
    memoryLimit: 64 << 20,
    maxStackSize: OURS.api.MAX_STACK_SIZE,
    interruptHandler: () => false,
    onUnhandledRejection: () => {},
    moduleLoader: { load: () => "" },
    intrinsics: OURS.api.Intrinsics.ALL,
    extensions: [],
    timezoneOffset: 0,
  };
  const here = documented("`QuickJSOptions`").map(plain);
  const others = ["WasiOptions", "MAX_STACK_SIZE", "normalize", "load"];
  assert.deepEqual(here.filter((name) => !(name in options) && !others.includes(name)), []);
  assert.deepEqual(Object.keys(options).filter((name) => !here.includes(name)), []);
  const one = await create(OURS, options);
  assert.equal(one.evalCode("1 + 1").toNumber(), 2);
  one[Symbol.dispose]();
});

test("each subpath of the documentation is found", () => {
  for (const name of documented("Subpaths").map((name) => name.replace(/^.*\//, ""))) {
    assert.ok(import.meta.resolve(`jsvm-engine/quickjs-wasi/${name}`).endsWith(name === "quickjs.wasm" ? "js-vm.wasm" : "extension.so"));
  }
});

test("a program against the declarations of quickjs-wasi is one against these", async () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch(({ stdout }) => assert.fail(stdout));
});
