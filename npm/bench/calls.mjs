// Calls, data and snapshots beside quickjs-wasi, in one process: `node bench/calls.mjs PATH_OF_QUICKJS_WASI`.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

import { Engine } from "../dist/index.js";
import { QuickJS } from "../dist/quickjs-wasi/index.js";

const peerFolder = process.argv[2];
const peer = await import(pathToFileURL(join(peerFolder, "dist/index.js")));
const peerModule = await WebAssembly.compile(await readFile(join(peerFolder, "quickjs.wasm")));
const engine = await Engine.load();

const SOURCE = "(a, b) => a + b";
const TEXT = "s => s";
const DATA = { name: "tea", price: 2.5, tags: ["a", "b", "c"], nested: { list: [1, 2, 3], ok: true } };

const ours = engine.createVm({ functions: { host: (a, b) => a + b } });
const add = ours.eval(SOURCE);
const text = ours.eval(TEXT);
const loop = ours.eval("n => { let s = 0; for (let i = 0; i < n; i++) s = host(s, 1); return s }");
const identity = ours.eval("x => x");

const theirs = await peer.QuickJS.create(peerModule);
const theirAdd = theirs.evalCode(SOURCE);
const theirText = theirs.evalCode(TEXT);
theirs.setProp(theirs.global, "host", theirs.newFunction("host", (a, b) => theirs.newNumber(a.toNumber() + b.toNumber())));
const theirLoop = theirs.evalCode("n => { let s = 0; for (let i = 0; i < n; i++) s = host(s, 1); return s }");
const theirIdentity = theirs.evalCode("x => x");

/** A VM of either package with the API of quickjs-wasi, and a loop that calls a host function. */
async function looping(api, module) {
  const vm = await api.QuickJS.create(module);
  const define = (name, called) => vm.setProp(vm.global, name, vm.newFunction(name, called));
  define("add", (a, b) => vm.newNumber(a.toNumber() + b.toNumber()));
  define("same", (object) => object);
  const call = (body) => {
    const loop = vm.evalCode(`n => { const o = { a: 1 }; let s = 0; for (let i = 0; i < n; i++) s = ${body}; return s }`);
    const count = vm.newNumber(100);
    return () => vm.callFunction(loop, vm.undefined, count).dispose();
  };
  return { numbers: call("add(s, 1)"), objects: call("same(o).a") };
}
const [ourLoops, theirLoops] = [await looping({ QuickJS }, engine.module), await looping(peer, peerModule)];

const rows = [
  ["call of two numbers", () => add.call(1, 2), () => {
    const [a, b] = [theirs.newNumber(1), theirs.newNumber(2)];
    const result = theirs.callFunction(theirAdd, theirs.undefined, a, b);
    const value = result.toNumber();
    a.dispose(); b.dispose(); result.dispose();
    return value;
  }],
  ["call with a string of 11", () => { const r = text.call("hello world"); const s = r.toString(); r.dispose(); return s; }, () => {
    const a = theirs.newString("hello world");
    const result = theirs.callFunction(theirText, theirs.undefined, a);
    const value = result.toString();
    a.dispose(); result.dispose();
    return value;
  }],
  ["100 host calls", () => loop.call(100), () => {
    const n = theirs.newNumber(100);
    const result = theirs.callFunction(theirLoop, theirs.undefined, n);
    const value = result.toNumber();
    n.dispose(); result.dispose();
    return value;
  }],
  ["an object in and out", () => identity.callData(DATA), () => {
    const a = theirs.hostToHandle(DATA);
    const result = theirs.callFunction(theirIdentity, theirs.undefined, a);
    const value = theirs.dump(result);
    a.dispose(); result.dispose();
    return value;
  }],
  ["/quickjs-wasi: 100 host calls", ourLoops.numbers, theirLoops.numbers],
  ["/quickjs-wasi: with an object", ourLoops.objects, theirLoops.objects],
  ["eval of 1 + 2", () => ours.eval("1 + 2"), () => { const r = theirs.evalCode("1 + 2"); const v = r.toNumber(); r.dispose(); return v; }],
];

// CPU time: other work on the machine does not count.
const cpu = () => process.cpuUsage().user / 1000;

function time(work) {
  let count = 1;
  for (;;) {
    const start = cpu();
    for (let i = 0; i < count; i++) work();
    const took = cpu() - start;
    if (took > 60) return (took / count) * 1000;
    count *= 2;
  }
}

for (const [name, mine, other] of rows) {
  const [a, b] = [[], []];
  for (let round = 0; round < 5; round++) {
    a.push(time(mine));
    b.push(time(other));
  }
  const [x, y] = [Math.min(...a), Math.min(...b)];
  console.log(`${name.padEnd(32)} ${x.toFixed(3).padStart(9)} µs   quickjs-wasi ${y.toFixed(3).padStart(9)} µs   ${(y / x).toFixed(2)}`);
}

// VMs and snapshots.
async function timeAsync(work) {
  const all = [];
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    await work();
    all.push(performance.now() - start);
  }
  return Math.min(...all) * 1000;
}
const report = (name, x, y) => console.log(`${name.padEnd(32)} ${x.toFixed(1).padStart(9)} µs   quickjs-wasi ${y.toFixed(1).padStart(9)} µs   ${(y / x).toFixed(2)}`);
report(
  "create, eval, drop",
  await timeAsync(() => { const vm = engine.createVm(); vm.eval("1 + 2"); vm.dispose(); }),
  await timeAsync(async () => { const vm = await peer.QuickJS.create(peerModule); vm.evalCode("1 + 2").dispose(); vm.dispose(); }),
);
report(
  "/quickjs-wasi: create",
  await timeAsync(async () => { const vm = await QuickJS.create(engine.module); vm.evalCode("1 + 2").dispose(); vm.dispose(); }),
  await timeAsync(async () => { const vm = await peer.QuickJS.create(peerModule); vm.evalCode("1 + 2").dispose(); vm.dispose(); }),
);
const frozen = ours.snapshot();
const theirFrozen = theirs.snapshot();
report("snapshot", await timeAsync(() => ours.snapshot()), await timeAsync(() => theirs.snapshot()));
report(
  "restore, eval",
  await timeAsync(() => engine.restore(frozen).eval("1 + 2")),
  await timeAsync(async () => { const vm = await peer.QuickJS.restore(theirFrozen, peerModule); vm.evalCode("1 + 2").dispose(); }),
);
