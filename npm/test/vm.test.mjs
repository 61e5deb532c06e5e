// Scripts, host functions, modules, and what goes wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import {
  Engine,
  EngineError,
  EngineTrap,
  InterruptedError,
  LimitError,
  ScriptError,
  UseError,
  Value,
} from "../dist/index.js";
import { engine, thrown } from "./help.mjs";

test("scripts are evaluated", () => {
  const vm = engine.createVm();
  assert.equal(vm.eval("1 + 2"), 3);
  assert.equal(vm.eval("null"), null);
  assert.equal(vm.eval("undefined"), undefined);
  assert.equal(vm.eval("true"), true);
  assert.equal(vm.eval("'text'").toString(), "text");
  assert.equal(vm.evalData("10n ** 20n"), 10n ** 20n);
  vm.eval("let kept = 5");
  assert.equal(vm.eval("kept"), 5);
  assert.equal(vm.compile("kept + 1").call(), 6);
  assert.equal(vm.detectModule("export {}"), true);
  assert.equal(engine.createVm().eval("typeof kept").toString(), "undefined");
});

test("what a script throws has its value, name and stack", () => {
  const vm = engine.createVm();
  const error = thrown(() => vm.eval("function f() { null.x }\nf()", { fileName: "a.js" }));
  assert.ok(error instanceof ScriptError);
  assert.equal(error.scriptName, "TypeError");
  assert.match(error.message, /^TypeError: /);
  assert.match(error.scriptStack, /at f \(a\.js:1/);
  assert.ok(error.value instanceof Value);
  assert.deepEqual(thrown(() => vm.eval("throw { a: 1 }")).value.toData(), { a: 1 });
  assert.equal(thrown(() => vm.eval("throw 7")).value, 7);
  assert.equal(thrown(() => vm.eval("1 +")).scriptName, "SyntaxError");
});

test("host functions take and return copies", () => {
  const seen = [];
  const vm = engine.createVm({
    functions: {
      echo: (...args) => args,
      note(value) {
        seen.push(value);
      },
      fail() {
        throw Object.assign(new RangeError("no"), { code: "ENO" });
      },
      failOdd() {
        throw "a text";
      },
      promise: async () => 1,
      unfit: () => () => 1,
    },
  });
  assert.deepEqual(vm.evalData("echo(1, 'é', null, undefined, true, [1, { a: new Map([[1, 2]]) }], new Uint8Array([5]), 'x\\ud800')"), [
    1, "é", null, undefined, true, [1, { a: new Map([[1, 2]]) }], new Uint8Array([5]), "x\ud800",
  ]);
  vm.eval("note({ deep: [1, 2] }); note('s')");
  assert.deepEqual(seen, [{ deep: [1, 2] }, "s"]);
  assert.deepEqual(
    vm.evalData("try { fail() } catch (e) { [e instanceof RangeError, e.message, e.code, e.stack.includes('file:')] }"),
    [true, "no", "ENO", false],
  );
  assert.equal(vm.evalData("try { failOdd() } catch (e) { e }"), "a text");
  assert.match(vm.evalData("try { promise() } catch (e) { e.message }"), /asyncFunctions/);
  assert.match(vm.evalData("try { unfit() } catch (e) { e.message }"), /no form as data/);
  // Memory may grow while a script runs, before it calls.
  assert.equal(vm.evalData("const a = []; for (let i = 0; i < 3e5; i++) a.push({ i }); echo(a.length)[0]"), 300_000);
});

test("a host function cannot call its VM, and can keep a function for later", () => {
  let vm;
  let kept;
  vm = engine.createVm({
    functions: {
      again: () => vm.eval("1"),
      keep(callback) {
        kept = callback;
      },
      back: () => kept,
    },
  });
  assert.match(thrown(() => vm.eval("again()")).message, /the VM is running/);
  vm.eval("keep(x => x + 1)");
  assert.equal(kept.call(1), 2);
  assert.equal(vm.eval("back()(2)"), 3);
});

test("the console", () => {
  const lines = [];
  const vm = engine.createVm({ console: (level, text) => lines.push([level, text]) });
  vm.eval("console.log('a', { b: [1] }); console.error(new Error('e').message)");
  assert.deepEqual(lines, [["log", "a { b: [ 1 ] }"], ["error", "e"]]);
  const loud = engine.createVm({
    console() {
      throw new Error("full");
    },
  });
  // An error of the console stops the script that wrote.
  const error = thrown(() => loud.eval("console.log(1); for (;;);"));
  assert.ok(error instanceof InterruptedError);
  assert.equal(error.cause.message, "full");
});

test("modules", () => {
  const vm = engine.createVm({
    modules: {
      "/lib/a.js": "import b from './b.js'; export const x = b + 1; export const url = import.meta.url",
      "/lib/b.js": "export default 41",
      "/data.json": { text: '{"n": 7}', kind: "json" },
      "/common.cjs": { text: "exports.y = 8", kind: "commonjs", exports: ["y"] },
    },
  });
  const run = (source) => {
    const promise = vm.eval(source, { module: true, fileName: "/main.js" });
    vm.runJobs();
    if (vm.promiseState(promise) === "rejected") {
      throw new Error(vm.promiseResult(promise).get("message").toString());
    }
    return vm.promiseResult(promise);
  };
  assert.equal(run("import { x } from './lib/a.js'; export default x").get("default"), 42);
  assert.equal(run("import d from '/data.json' with { type: 'json' }; export default d.n").get("default"), 7);
  assert.equal(run("import { y } from '/common.cjs'; export default y").get("default"), 8);
  assert.match(thrown(() => run("import './none.js'")).message, /cannot find the module "\/none.js"/);
  assert.match(thrown(() => engine.createVm().eval("import 'x'", { module: true })).message, /has no modules/);
  const own = engine.createVm({
    modules: { resolve: (specifier) => `own:${specifier}`, load: (name) => `export default ${JSON.stringify(name)}` },
  });
  const promise = own.importModule("thing");
  own.runJobs();
  assert.equal(own.promiseResult(promise).get("default").toString(), "own:thing");
});

test("time, work and signals stop scripts, and the VM goes on", () => {
  const controller = new AbortController();
  let polls = 0;
  const cases = {
    "time-limit": { limits: { time: 50 } },
    "work-limit": { limits: { work: 10 } },
    requested: {
      signal: controller.signal,
      functions: { stop: () => controller.abort() },
    },
  };
  for (const [reason, options] of Object.entries(cases)) {
    const vm = engine.createVm(options);
    const source = reason === "requested" ? "stop(); for (;;);" : "try { for (;;); } catch {} finally { for (;;); }";
    const error = thrown(() => vm.eval(source));
    assert.ok(error instanceof InterruptedError, reason);
    assert.equal(error.reason, reason);
    if (reason !== "requested") {
      assert.equal(vm.eval("1 + 1"), 2);
    }
    polls++;
  }
  assert.equal(polls, 3);
  const vm = engine.createVm();
  const error = thrown(() => vm.withDeadline(performance.now() + 50, () => vm.eval("for (;;);")));
  assert.equal(error.reason, "deadline");
  assert.equal(vm.eval("2"), 2);
});

test("another thread stops a script", async () => {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { workerData, parentPort } = require("node:worker_threads");
     import(workerData.url).then(({ Engine }) => {
       // A module that was compiled elsewhere needs no file.
       const vm = new Engine(workerData.module).createVm({ stopFlag: workerData.flag, limits: { time: Infinity } });
       parentPort.postMessage("begins");
       try { vm.eval("for (;;);"); } catch (error) { parentPort.postMessage(error.reason); }
     });`,
    { eval: true, workerData: { url: new URL("../dist/index.js", import.meta.url).href, flag, module: engine.module } },
  );
  const messages = [];
  await new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", resolve);
    worker.on("message", (message) => {
      messages.push(message);
      if (message === "begins") {
        setTimeout(() => Atomics.store(flag, 0, 1), 50);
      }
    });
  });
  assert.deepEqual(messages, ["begins", "requested"]);
});

test("memory has limits", () => {
  const vm = engine.createVm({ limits: { memory: 4 << 20, output: 1000 } });
  assert.ok(thrown(() => vm.eval("const a = []; for (;;) a.push(new Array(1000).fill(1))")) instanceof LimitError);
  assert.equal(vm.eval("1"), 1);
  const error = thrown(() => vm.evalData("'x'.repeat(5000)"));
  assert.ok(error instanceof LimitError);
  assert.equal(error.limit, "output");
  // A hard limit below the soft one ends the VM at worst, and nothing else.
  const tight = engine.createVm({ limits: { hardMemory: 8 << 20 } });
  const end = thrown(() => tight.eval("const b = []; for (;;) b.push(new Array(1000).fill(1))"));
  assert.ok(end instanceof LimitError || end instanceof EngineTrap || end instanceof ScriptError, String(end));
});

/** Programs that recurse in every way that has a stack of its own in the engine. */
const DEEP = {
  functions: "function f() { return f() + 1 } f()",
  nested: "eval('('.repeat(1e5) + ')'.repeat(1e5))",
  callbacks: "[1].map(function g() { return [1].map(g) })",
  proxies: "const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x",
  conversions: "const o = { toString() { return '' + this } }; '' + o",
  constructors: "class A { constructor() { new A } } new A",
  getters: "({ get x() { return this.x } }).x",
  comparisons: "function s() { return [2, 1].sort(s) } s()",
  replacements: "'x'.replace(/x/, function h() { return 'x'.replace(/x/, h) })",
  flattened: "let y = []; for (let i = 0; i < 1e5; i++) y = [y]; y.flat(Infinity)",
  chained: "let q = {}; for (let i = 0; i < 1e5; i++) q = new Proxy(q, {}); q.x",
  regexps: "new RegExp('(?:'.repeat(1e5) + ')'.repeat(1e5))",
};

test("recursion of every kind is an error of the script", async (t) => {
  for (const [name, source] of Object.entries(DEEP)) {
    await t.test(name, () => {
      const vm = engine.createVm();
      const error = thrown(() => vm.eval(source));
      assert.ok(error instanceof ScriptError, String(error));
      assert.equal(vm.isGone, false);
      assert.equal(vm.eval("1"), 1);
    });
  }
});

test("deep data is an error of whoever copies it", () => {
  const vm = engine.createVm({ functions: { take() {} } });
  vm.eval("let deep = []; for (let i = 0; i < 1e5; i++) deep = [deep]");
  assert.ok(thrown(() => vm.evalData("deep")) instanceof RangeError);
  assert.equal(vm.eval("try { take(deep) } catch (e) { e instanceof RangeError }"), true);
  assert.equal(vm.isGone, false);
});

test("a trap ends its VM alone", () => {
  const [vm, other] = [engine.createVm({ limits: { stack: 3 << 20 } }), engine.createVm()];
  // More stack than the host has.
  const error = thrown(() => vm.eval("function f() { return f() + 1 } f()"));
  assert.ok(error instanceof EngineTrap);
  assert.match(error.message, /stack is exhausted. Lower limits.stack/);
  assert.equal(vm.isGone, true);
  assert.equal(vm.trap, error);
  assert.equal(thrown(() => vm.eval("1")), error);
  assert.equal(other.eval("1"), 1);
});

test("wrong use has words", async () => {
  const vm = engine.createVm();
  const cases = [
    [() => engine.createVm({ limits: { memroy: 1 } }), /there is no limit "memroy"/],
    [() => engine.createVm({ limits: { memory: "1" } }), /limits.memory is a number/],
    [() => engine.createVm({ functions: { f: 1 } }), /functions.f is no function/],
    [() => new Engine({}), /WebAssembly.Module/],
    [() => vm.createArray([{}]), /fromData/],
    [() => vm.createTypedArray("float65", new Uint8Array(8)), /"float65" is none of int8/],
    [() => vm.eval(1), /expected a string, found number/],
  ];
  for (const [work, message] of cases) {
    assert.match(thrown(work).message, message);
  }
  vm.dispose();
  assert.ok(thrown(() => vm.eval("1")) instanceof UseError);
  assert.match(thrown(() => vm.eval("1")).message, /disposed/);
  const bad = [new Uint8Array([1, 2, 3]), new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])];
  for (const bytes of bad) {
    await assert.rejects(Engine.load(bytes), EngineError);
  }
  await assert.rejects(Engine.load(new Response("", { status: 404 })), /404/);
});

test("a thousand VMs", () => {
  const vms = [];
  for (let i = 0; i < 1000; i++) {
    const vm = engine.createVm();
    vm.eval(`globalThis.n = ${i}`);
    vms.push(vm);
  }
  assert.equal(vms.reduce((sum, vm) => sum + vm.eval("n"), 0), 499_500);
  vms.forEach((vm) => vm.dispose());
});
