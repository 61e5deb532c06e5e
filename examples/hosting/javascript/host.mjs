// Runs JavaScript in js-vm.wasm: node host.mjs js-vm.wasm [CODE ...]
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { transpile, writeFiles } from "@bytecodealliance/jco-transpile";
import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";
import { decode, encode } from "cborg";

const CODE = "console.log('This is', greet('Node.js')); [1, 2, 3].map(n => n ** 2)";

// What `types.data` says, without its rarer tags: see wit/data.md.
function dataOf({ item, chunks }) {
  const text = (encoding) => (decode) => new TextDecoder(encoding).decode(decode());
  const tags = [];
  tags[0x6a730001] = (decode) => chunks[decode()];
  tags[0x6a730002] = (decode) => Array.from(decode(), (byte) => String.fromCharCode(byte)).join("");
  tags[0x6a730003] = text("utf-16le");
  return decode(item, { tags });
}

// Turns the component into modules that Node.js can run, in a folder of its own.
async function compile(path) {
  const folder = await mkdtemp(join(tmpdir(), "js-vm-"));
  const { files } = await transpile(path, { name: "vm", instantiation: "async", outDir: folder });
  await writeFiles(files);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const { instantiate } = await import(pathToFileURL(join(folder, "vm.js")));
  const module = async (name) => WebAssembly.compile(await readFile(join(folder, name)));
  return (imports) => instantiate(module, imports);
}

// A VM with host functions; a call into it may take `milliseconds`.
async function makeVm(instantiate, functions, milliseconds = 1000) {
  let end = Infinity;
  const host = {
    hostCall(name, data) {
      try {
        const args = dataOf(data);
        if (name !== "jsvm:console") return { tag: "text", val: functions[name](...args) };
        console.log(args[1]);
        return { tag: "undefined" };
      } catch ({ message }) {
        // What the script catches.
        const error = encode(["Error", { message }]);
        throw { item: new Uint8Array([0xd8, 27, ...error]), chunks: [], tokens: [] };
      }
    },
    poll: () => performance.now() > end,
  };
  const wasi = new WASIShim().getImportObject();
  const { vm } = await instantiate({ ...wasi, "jsvm:engine/host": host, "jsvm:engine/types": {} });
  // The stack must fit into that of Node.js.
  vm.setLimits({ memory: 64n << 20n, stack: 96 << 10, output: 16n << 20n });
  for (const name of Object.keys(functions)) {
    const val = vm.Value.newHostFunction(name, 0);
    vm.global().set({ tag: "name", val: name }, { tag: "value", val });
  }
  return (source) => {
    end = performance.now() + milliseconds;
    const options = { fileName: "<eval>", kind: "script", strict: false, async: false };
    const { tag, val } = vm.eval(source, options);
    return tag === "value" ? val.inspect({ depth: 2, colors: false }) : String(val ?? tag);
  };
}

const [path, ...codes] = process.argv.slice(2);
const instantiate = await compile(path);
const evaluate = await makeVm(instantiate, { greet: (name) => `JavaScript in ${name}` });
for (const code of codes.length ? codes : [CODE, "for (;;) {}"]) {
  try {
    console.log(evaluate(code));
  } catch (error) {
    const { tag, val } = error.payload ?? error;
    console.log(`${code} fails:`, tag === "exception" ? `${val.name}: ${val.message}` : tag);
  }
}
