// Promises, timers and asynchronous host functions; snapshots while they wait.
import assert from "node:assert/strict";
import { test } from "node:test";

import { EventLoop, ScriptError, Engine } from "../dist/index.js";
import { engine, thrown } from "./help.mjs";

const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));

test("asynchronous functions", async () => {
  const vm = engine.createVm({
    asyncFunctions: {
      double: async (x) => later(5, x * 2),
      sync: (x) => x + 1,
      fail: async () => {
        throw Object.assign(new TypeError("no"), { code: "ENO" });
      },
      unfit: async () => () => 1,
    },
  });
  const loop = new EventLoop(vm);
  assert.equal(await loop.eval("await double(21)", { async: true }), 42);
  const all = await loop.eval("Promise.all([double(1), double(2), sync(3)])");
  assert.deepEqual(all.toData(), [2, 4, 4]);
  const caught = await loop.eval("fail().catch(e => [e instanceof TypeError, e.message, e.code])");
  assert.deepEqual(caught.toData(), [true, "no", "ENO"]);
  await assert.rejects(loop.eval("unfit()"), /no form as data/);
  await assert.rejects(loop.eval("Promise.reject(new RangeError('r'))"), (error) => {
    assert.ok(error instanceof ScriptError);
    assert.equal(error.scriptName, "RangeError");
    return true;
  });
  await assert.rejects(loop.eval("new Promise(() => {})"), /nobody settles/);
});

test("timers fire in their order", async () => {
  const lines = [];
  const vm = engine.createVm({ console: (_, text) => lines.push(text) });
  vm.eval("setTimeout(() => console.log('b'), 20); setTimeout(() => console.log('a'), 1); Promise.resolve().then(() => console.log('job'))");
  await new EventLoop(vm).run();
  assert.deepEqual(lines, ["job", "a", "b"]);
});

test("rejections that nothing handles are told", async () => {
  const vm = engine.createVm();
  vm.eval("Promise.reject(new Error('lost'))");
  await assert.rejects(new EventLoop(vm).run(), /lost/);
  const seen = [];
  vm.eval("Promise.reject(new Error('again'))");
  await new EventLoop(vm, { onUnhandledRejection: (rejection) => seen.push(rejection.message) }).run();
  assert.deepEqual(seen, ["again"]);
});

test("what scripts give up is aborted", async () => {
  let aborted = false;
  const vm = engine.createVm({
    asyncFunctions: {
      tick: () => later(1),
      wait() {
        this.signal.addEventListener("abort", () => {
          aborted = true;
        });
        return new Promise(() => {});
      },
    },
  });
  const loop = new EventLoop(vm);
  const name = await loop.eval(
    "const c = new AbortController(); const w = wait(1, { signal: c.signal }).catch(e => e.name); tick().then(() => c.abort()); w",
  );
  assert.equal(name.toString(), "AbortError");
  assert.equal(aborted, true);
});

test("a signal ends the loop", async () => {
  const controller = new AbortController();
  const vm = engine.createVm({ asyncFunctions: { never: () => new Promise(() => {}) } });
  vm.eval("never()");
  setTimeout(() => controller.abort(new Error("enough")), 10);
  await assert.rejects(new EventLoop(vm, { signal: controller.signal }).run(), /enough/);
});

test("a VM that waits goes on from its snapshot", async () => {
  const asked = [];
  const options = {
    requests: ["approve"],
    asyncFunctions: {
      price: async (item) => {
        asked.push(item);
        return item.length;
      },
    },
    functions: { tax: (x) => x * 2 },
  };
  const vm = engine.createVm(options);
  vm.eval(
    `globalThis.result = (async () => {
       const net = await price("tea");
       const ok = await approve({ net });
       return ok ? tax(net) : "refused";
     })()`,
  );
  await new EventLoop(vm).run();
  const [request] = vm.unsettledRequests();
  assert.equal(request.name, "approve");
  assert.deepEqual(request.args, [{ net: 3 }]);
  const frozen = vm.snapshot();
  vm.dispose();

  for (const [answer, expected] of [[true, 6], [false, "refused"]]) {
    const thawed = engine.restore(frozen, options);
    const [again] = thawed.unsettledRequests();
    assert.equal(again.id, request.id);
    assert.equal(thawed.settle(again.id, answer), true);
    assert.equal(thawed.settle(again.id, answer), false);
    const result = await new EventLoop(thawed).settled(thawed.global.get("result"));
    assert.deepEqual(result?.toData?.() ?? result, expected);
  }
  assert.deepEqual(asked, ["tea"]);
});

test("a loop waits for what somebody else settles", async () => {
  const vm = engine.createVm({ requests: ["ask"] });
  const promise = vm.eval("ask(1).then(x => x + 1)");
  setTimeout(() => vm.settle(vm.unsettledRequests()[0].id, 41), 10);
  assert.equal(await new EventLoop(vm).settled(promise), 42);
});

test("event loops of one VM share its requests and wake each other", async () => {
  const asked = [];
  const vm = engine.createVm({
    asyncFunctions: {
      slow: (name) => {
        asked.push(name);
        return later(300, name);
      },
    },
  });
  vm.eval("var open; var gate = new Promise((resolve) => { open = resolve })");
  const slow = new EventLoop(vm).eval("slow('a')");
  const gate = new EventLoop(vm).settled(vm.global.get("gate"));
  const start = performance.now();
  await new EventLoop(vm).eval("new Promise((resolve) => setTimeout(() => { open(1); resolve() }, 20))");
  assert.equal(await gate, 1);
  assert.ok(performance.now() - start < 250);
  assert.equal((await slow).toString(), "a");
  assert.deepEqual(asked, ["a"]);
});

test("forks differ in their random numbers, and resumed VMs do not", () => {
  const vm = engine.createVm();
  vm.eval("Math.random()");
  const frozen = vm.snapshot();
  const next = vm.eval("Math.random()");
  assert.equal(engine.resume(frozen).eval("Math.random()"), next);
  const forks = [1, 2, 3].map(() => engine.restore(frozen).eval("Math.random()"));
  assert.equal(new Set([...forks, next]).size, 4);
});

test("a restored VM has its state, limits and roots, and a stack that fits here", () => {
  const vm = engine.createVm({ limits: { memory: 8 << 20, stack: 100 << 10 } });
  vm.eval("globalThis.data = Array.from({ length: 1e5 }, (_, i) => i)");
  vm.setRoot("list", vm.eval("data"));
  const thawed = engine.restore(vm.snapshot());
  assert.equal(thawed.getRoot("list").get("length"), 100_000);
  assert.equal(thawed.evalData("data.reduce((a, b) => a + b)"), 4_999_950_000);
  assert.ok(thrown(() => thawed.eval("const a = []; for (;;) a.push(new Array(1000).fill(1))")));
  assert.equal(thawed.memoryUsage().used < 9n << 20n, true);
  assert.equal(thrown(() => thawed.eval("function f() { f() } f()")).scriptName, "RangeError");
});

test("a snapshot is taken at rest, and restored by any instance of its engine", async () => {
  let vm;
  vm = engine.createVm({ functions: { freeze: () => void vm.snapshot() } });
  assert.match(thrown(() => vm.eval("freeze()")).message, /running/);
  const frozen = vm.snapshot();
  assert.ok(thrown(() => vm.eval("freeze()")) instanceof Error);
  const other = await Engine.load();
  assert.equal(other.restore(frozen).eval("1 + 1"), 2);
  assert.ok(frozen.byteLength < 100_000, String(frozen.byteLength));
});
