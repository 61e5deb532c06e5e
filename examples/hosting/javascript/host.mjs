// Runs JavaScript in js-vm.wasm: node host.mjs js-vm.wasm [CODE ...]
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { transpile, writeFiles } from "@bytecodealliance/jco-transpile";
import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";

const CODE = "console.log('This is', greet('Node.js')); [1, 2, 3].map(n => n ** 2)";

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
async function createVm(instantiate, functions, milliseconds = 1000) {
  let end = Infinity;
  const text = (val) => ({ tag: "text", val });
  const notFound = (name) => {
    throw text(`there is no module ${name}`);
  };
  const imports = {
    "jsvm:engine/host": {
      hostCall(name, args) {
        try {
          return text(functions[name](...args.map((arg) => arg.val)));
        } catch (error) {
          throw text(error.message); // What the script catches.
        }
      },
      shouldInterrupt: () => (performance.now() > end ? "time-limit" : undefined),
    },
    "jsvm:engine/console": {
      write: (level, message) => console[level === "trace" ? "error" : level](message),
    },
    "jsvm:engine/modules": { resolve: notFound, load: notFound },
  };
  const wasi = new WASIShim().getImportObject();
  const { evaluator, heap } = await instantiate({ ...wasi, ...imports });
  // The stack must fit into that of Node.js.
  heap.setLimits({ memory: 64n << 20n, stack: 96 << 10, output: 16n << 20n });
  for (const name of Object.keys(functions)) evaluator.defineFunction(name);
  return (source) => {
    end = performance.now() + milliseconds;
    return evaluator.inspect(source);
  };
}

const [path, ...codes] = process.argv.slice(2);
const instantiate = await compile(path);
const evaluate = await createVm(instantiate, { greet: (name) => `JavaScript in ${name}` });
for (const code of codes.length ? codes : [CODE, "for (;;) {}"]) {
  try {
    console.log(evaluate(code));
  } catch (error) {
    const { tag, val } = error.payload ?? error;
    if (!tag) throw error; // Not of the VM.
    const reason = tag === "exception" ? [val.name, val.message].filter(Boolean).join(": ") : tag;
    console.log(`${code} fails: ${reason}`);
  }
}
