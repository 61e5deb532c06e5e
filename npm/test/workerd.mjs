// The package in workerd, where nothing can be compiled and the clock stands still while code runs:
//   node npm/test/workerd.mjs WORKERD
import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const workerd = process.argv[2];
const npm = fileURLToPath(new URL("..", import.meta.url));

const WORKER = `
import module from "js-vm.wasm";
import codec from "snapshot.wasm";
import transpiler from "transpiler.wasm";
import { Engine, EventLoop, ScriptError, Snapshot } from "dist/index.js";
import { QuickJS } from "dist/quickjs-wasi/index.js";
import { Sandbox, SavedSession } from "dist/sandbox/index.js";
import { Transpiler } from "dist/typescript/index.js";

export default {
  async fetch() {
    const engine = new Engine(module);
    const options = {
      functions: { add: (a, b) => a + b },
      asyncFunctions: { later: async (x) => x * 2 },
      limits: { work: 1000 },
    };
    const found = {};
    const vm = engine.createVm(options);
    found.call = vm.eval("add(1, 2)") === 3;
    found.async = (await new EventLoop(vm).eval("later(21)")) === 42;
    try {
      vm.eval("for (;;);");
    } catch (error) {
      found.work = error.reason === "work-limit";
    }
    found.snapshot = engine.restore(vm.snapshot(), options).eval("add(2, 2)") === 4;
    await Snapshot.loadCodec(codec);
    const key = Snapshot.generateKey();
    const bytes = await vm.snapshot().toBytes({ key });
    found.file = engine.restore(await Snapshot.fromBytes(bytes, { key }), options).eval("add(3, 3)") === 6;
    const deep = [
      "function f() { return f() + 1 } f()",
      "eval('('.repeat(1e5) + ')'.repeat(1e5))",
      "let q = {}; for (let i = 0; i < 1e5; i++) q = new Proxy(q, {}); q.x",
    ];
    found.recursion = deep.every((source) => {
      const own = engine.createVm();
      try {
        own.eval(source);
      } catch (error) {
        return error instanceof ScriptError && !own.isGone;
      }
    });
    const other = await QuickJS.create({ wasm: module });
    other.setProp(other.global, "each", other.newFunction("each", (f) => other.callFunction(f, other.undefined, other.newNumber(20))));
    found.quickjs = (await QuickJS.restore(other.snapshot(), module)).evalCode("1 + 1").toNumber() === 2;
    const written = QuickJS.serializeSnapshot(other.snapshot());
    found.quickjsFile = (await QuickJS.restore(QuickJS.deserializeSnapshot(written), module)).evalCode("2").toNumber() === 2;
    found.reentry = other.evalCode("each((x) => x + 1)").toNumber() === 21;
    const typescript = await new Transpiler().load(transpiler);
    const tools = { pay: { ask: true, execute: ({ cents }) => cents } };
    const sandbox = await Sandbox.create({ engine, tools, typescript });
    const session = sandbox.createSession();
    const { waiting } = await session.run("const n: number = await tools.pay({ cents: 6 }); n * 7");
    const later = sandbox.restore(await SavedSession.fromBytes(await session.save().toBytes({ key }), { key }));
    found.session = (await later.resume([{ id: waiting[0].id, approve: true }])).value?.json === 42;
    return Response.json(found);
  },
};
`;

const folder = await mkdtemp(join(tmpdir(), "jsvm-workerd-"));
let server;
try {
  await cp(join(npm, "dist"), join(folder, "dist"), { recursive: true });
  for (const file of ["js-vm.wasm", "snapshot.wasm", "transpiler.wasm"]) {
    await cp(join(npm, file), join(folder, file));
  }
  await writeFile(join(folder, "worker.js"), WORKER);
  const files = (await readdir(join(folder, "dist"), { recursive: true })).filter((file) => file.endsWith(".js"));
  const modules = [
    `(name = "worker.js", esModule = embed "worker.js")`,
    `(name = "js-vm.wasm", wasm = embed "js-vm.wasm")`,
    `(name = "snapshot.wasm", wasm = embed "snapshot.wasm")`,
    `(name = "transpiler.wasm", wasm = embed "transpiler.wasm")`,
    ...files.map((file) => `(name = "dist/${file}", esModule = embed "dist/${file}")`),
  ];
  const port = await freePort();
  await writeFile(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
     const config :Workerd.Config = (
       services = [(name = "main", worker = .worker)],
       sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);
     const worker :Workerd.Worker = (modules = [${modules.join(", ")}], compatibilityDate = "2026-01-01");`,
  );
  server = spawn(workerd, ["serve", join(folder, "config.capnp")], { stdio: "inherit" });
  const found = await answer(`http://127.0.0.1:${port}/`);
  const failed = Object.keys(found).filter((name) => found[name] !== true);
  if (failed.length !== 0) throw new Error(`in workerd, this is wrong: ${failed.join(", ")}`);
  console.log(`workerd: ${Object.keys(found).join(", ")}`);
} finally {
  server?.kill();
  await rm(folder, { recursive: true });
}

/** The JSON at an address, once somebody listens there. */
async function answer(address) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await (await fetch(address)).json();
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
