// A VM in a worker: the same options and errors, by promises and copies.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { InterruptedError, LimitError, ScriptError, Snapshot, SnapshotError, UseError } from "../dist/index.js";
import { WorkerVm } from "../dist/worker/index.js";
import { engine } from "./help.mjs";

const vms = [];
const create = async (options) => {
  const vm = await WorkerVm.create(engine, options);
  vms.push(vm);
  return vm;
};
after(() => vms.forEach((vm) => vm.dispose()));

test("values cross as copies, requests and the console as calls", async () => {
  const lines = [];
  const vm = await create({
    console: (level, text) => lines.push([level, text]),
    asyncFunctions: {
      price: async (item) => item.length,
      async fail() {
        throw Object.assign(new RangeError("no"), { code: "E" });
      },
    },
    config: { color: "teal" },
    keyvalue: new Map(),
    fetch: async (url) => new Response(`body of ${url}`),
    modules: { fetch: async (name) => (name === "/a.js" ? "export const a = 1" : undefined) },
  });
  assert.deepEqual(await vm.eval("new Map([[1, [2n, new Date(0)]]])"), new Map([[1, [2n, new Date(0)]]]));
  assert.equal(await vm.eval("await price('tea') + 1", { async: true }).then((value) => value), 4);
  assert.equal(await vm.eval("fail().catch((e) => e instanceof RangeError ? e.message : 'another')"), "no");
  assert.equal(await vm.eval("fetch('https://a.example/').then((r) => r.text())"), "body of https://a.example/");
  assert.equal(await vm.eval("import('/a.js').then(({ a }) => a)"), 1);
  assert.equal(
    await vm.eval("import('jsvm:keyvalue').then(async ({ open }) => { await open().set('k', 'v'); return open().getText('k') })"),
    "v",
  );
  assert.equal(await vm.eval("import('jsvm:config').then(({ get }) => get('color'))"), "teal");
  await vm.eval("console.warn('w'); globalThis.add = async (a, b) => a + b; 0");
  assert.deepEqual(lines, [["warn", "w"]]);
  assert.equal(await vm.call("add", 1, 2), 3);
  await assert.rejects(vm.call("none"), TypeError);
  for (const source of ["() => 1", "({ a: [new Map([[1, new Set([Promise.resolve()])]])] })"]) {
    await assert.rejects(vm.eval(source, {}), /cannot leave the worker/);
  }
  await assert.rejects(vm.eval("price(() => 1)"), /an argument has a function/);
  const both = await Promise.all([vm.eval("price('a')"), vm.eval("price('bb')")]);
  assert.deepEqual(both, [1, 2]);
});

test("errors keep their classes", async () => {
  const vm = await create({ limits: { memory: 8 << 20 } });
  await assert.rejects(vm.eval("throw new RangeError('r')"), (error) => {
    assert.ok(error instanceof ScriptError);
    assert.equal(error.scriptName, "RangeError");
    return true;
  });
  await assert.rejects(vm.eval("const all = []; for (;;) all.push(new Uint8Array(1e6))"), (error) => error instanceof ScriptError || error instanceof LimitError);
  await assert.rejects(WorkerVm.create(engine, { functions: {} }), /no option functions/);
  await assert.rejects(WorkerVm.create(engine, { limits: { speed: 1 } }), TypeError);
});

test("another thread computes, and is stopped", async () => {
  const vm = await create({ limits: { time: Infinity } });
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  const end = vm.eval("for (;;);");
  await new Promise((resolve) => setTimeout(resolve, 60));
  vm.interrupt();
  await assert.rejects(end, (error) => error instanceof InterruptedError && error.reason === "requested");
  clearInterval(timer);
  assert.ok(turns > 2);
  assert.equal(await vm.eval("1 + 1"), 2);
  const controller = new AbortController();
  const other = await create({ limits: { time: Infinity }, signal: controller.signal });
  setTimeout(() => controller.abort(), 30);
  await assert.rejects(other.eval("for (;;);"), InterruptedError);
});

test("a worker has more stack", async () => {
  const vm = await create({ limits: { stack: 3840 << 10 } });
  assert.ok((await vm.eval("let n = 0; (function f() { n++; f() }).call.bind; try { (function f() { n++; f() })() } catch {} n")) > 5_000);
  await assert.rejects(vm.eval("(function f() { f() })()"), (error) => error.scriptName === "RangeError");
});

test("a VM moves between threads", async () => {
  const vm = await create({ requests: ["approve"] });
  await vm.eval("globalThis.end = approve({ sum: 3 }).then((ok) => ok ? 'paid' : 'refused'); 0");
  await vm.run();
  const frozen = await Snapshot.fromBytes(await (await vm.snapshot()).toBytes());
  const thawed = await WorkerVm.restore(engine, frozen, { requests: ["approve"] });
  vms.push(thawed);
  const [request] = await thawed.unsettledRequests();
  assert.deepEqual([request.name, request.args], ["approve", [{ sum: 3 }]]);
  assert.equal(await thawed.settle(request.id, true), true);
  assert.equal(await thawed.eval("end"), "paid");
  const here = engine.resume(frozen);
  here.settle(request.id, false);
  here.runJobs();
  assert.equal(here.promiseResult(here.global.get("end")).toString(), "refused");
  const other = Object.assign(Object.create(Snapshot.prototype), { ...frozen, engine: { id: "0", version: "0" } });
  await assert.rejects(WorkerVm.restore(engine, other), (error) => error instanceof SnapshotError && error.reason === "other-engine");
});

test("what is disposed is gone", async () => {
  const vm = await create();
  const end = vm.eval("new Promise(() => setTimeout(() => {}, 1e6))");
  vm.dispose();
  await assert.rejects(end, UseError);
  await assert.rejects(vm.eval("1"), /disposed/);
  assert.equal(vm.isGone, true);
});
