// What the tests of the subpath share: this package's API, and that of quickjs-wasi beside it.
import { readFile } from "node:fs/promises";

import * as ours from "../../dist/quickjs-wasi/index.js";
import * as theirs from "quickjs-wasi";

const folder = new URL("../../node_modules/quickjs-wasi/", import.meta.url);

/** The two implementations, and the bytes that each is made of. */
export const OURS = { name: "jsvm", api: ours, wasm: await readFile(new URL("../../js-vm.wasm", import.meta.url)) };
export const THEIRS = { name: "quickjs-wasi", api: theirs, wasm: await readFile(new URL("quickjs.wasm", folder)) };

/** The README of quickjs-wasi. */
export const readme = await readFile(new URL("README.md", folder), "utf8");

/** The bytes of an extension of quickjs-wasi. */
export const extension = (name) => readFile(new URL(`extensions/${name}/${name}.so`, folder));

const compiled = new Map();

/** Makes a VM of an implementation. */
export async function create(of, options = {}) {
  if (!compiled.has(of)) {
    compiled.set(of, await WebAssembly.compile(of.wasm));
  }
  return of.api.QuickJS.create({ wasm: compiled.get(of), ...options });
}

/** Makes a VM of this package. */
export const vm = (options) => create(OURS, options);

/** What a function throws. */
export function thrown(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The value of a source, as `dump()` copies it. */
export const value = (vm, source) => vm.evalCode(source).consume((handle) => vm.dump(handle));
