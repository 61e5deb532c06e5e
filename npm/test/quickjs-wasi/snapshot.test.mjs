// Snapshots of the API of quickjs-wasi are those of the package, with bytes that any process reads.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { Engine, Snapshot, SnapshotError } from "../../dist/index.js";
import { create, OURS, THEIRS, thrown, value, vm } from "./help.mjs";

const { QuickJS } = OURS.api;
const restore = (snapshot, options = {}) => QuickJS.restore(snapshot, { wasm: OURS.wasm, ...options });

/** A VM that waits, with an exported handle, a host function and an extension. */
async function waiting() {
  const one = await vm({ extensions: [{ name: "url" }, { name: "mine", initFn: "qjs_ext_structured_clone_init" }], memoryLimit: 64 << 20 });
  one.setProp(one.global, "double", one.newFunction("double", (x) => one.newNumber(x.toNumber() * 2)));
  one.evalCode("globalThis.url = new URL('https://a.example/b'); globalThis.p = new Promise((ok) => (globalThis.go = ok)).then(double)").dispose();
  const token = one.exportHandle(one.evalCode("globalThis.kept = { a: 1 }"));
  return { one, token };
}

async function check(two, token) {
  two.registerHostCallback("double", (x) => two.newNumber(x.toNumber() * 2));
  two.callFunction(two.global.getProp("go"), two.undefined, two.newNumber(21)).dispose();
  two.executePendingJobs();
  const end = await two.resolvePromise(two.global.getProp("p"));
  assert.equal(two.dump(end.value), 42);
  assert.equal(value(two, "url.pathname + typeof URL + typeof structuredClone + typeof Headers"), "/bfunctionfunctionundefined");
  assert.equal(two.importHandle(token).identity, two.global.getProp("kept").identity);
}

test("a VM goes on from memory, from bytes, and from a copy of the record", async () => {
  const { one, token } = await waiting();
  const snapshot = one.snapshot();
  assert.deepEqual(snapshot.extensions.map(({ name }) => name), ["url", "qjs_ext_structured_clone_init"]);
  await check(await restore(snapshot), token);
  const bytes = QuickJS.serializeSnapshot(snapshot);
  assert.ok(bytes.length < 100_000, `${bytes.length} B`);
  assert.deepEqual(QuickJS.serializeSnapshot(snapshot), bytes);
  const read = QuickJS.deserializeSnapshot(bytes);
  assert.deepEqual(read.extensions, snapshot.extensions);
  await check(await restore(read), token);
  await check(await restore(structuredClone(snapshot)), token);
  // The frozen VM goes on as well.
  await check(one, token);
});

test("a random number is the next one of the frozen VM", async () => {
  const one = await vm();
  one.evalCode("Math.random()").dispose();
  const snapshot = one.snapshot();
  const [a, b] = [await restore(snapshot), await restore(snapshot)];
  assert.equal(value(a, "Math.random()"), value(b, "Math.random()"));
  assert.equal(value(a, "Math.random()"), (value(one, "Math.random()"), value(one, "Math.random()")));
});

test("a host function that is not there again throws in the script", async () => {
  const { one } = await waiting();
  const two = await restore(one.snapshot());
  assert.match(thrown(() => two.evalCode("double(1)")).message, /"double" is not registered.*never re-registered after a snapshot/);
});

test("limits are those of the frozen VM, unless they are given", async () => {
  const { one } = await waiting();
  const snapshot = one.snapshot();
  const fill = "const all = []; for (let i = 0; i < 30; i++) all.push(new Array(2e5).fill(1.5)); all.length";
  assert.equal(value(await restore(snapshot), fill), 30);
  const small = await restore(snapshot, { memoryLimit: 8 << 20 });
  assert.equal(thrown(() => small.evalCode(fill)).message, "out of memory");
});

test("the bytes are those of the package, and the other way round", async () => {
  const engine = await Engine.load(OURS.wasm);
  const { one, token } = await waiting();
  const bytes = QuickJS.serializeSnapshot(one.snapshot());
  const own = engine.restore(await Snapshot.fromBytes(bytes));
  assert.equal(own.evalData("kept.a"), 1);
  await check(await restore(QuickJS.deserializeSnapshot(await own.snapshot().toBytes())), token);
  // A VM that this API has never seen.
  const plain = engine.createVm();
  plain.eval("globalThis.x = 5");
  const two = await restore(QuickJS.deserializeSnapshot(await plain.snapshot().toBytes()));
  two.setProp(two.global, "f", two.newFunction("f", (x) => two.hostToHandle([two.dump(x)])));
  assert.deepEqual(value(two, "f({ x })"), [{ x: 5 }]);
});

test("another process goes on", async () => {
  const { one, token } = await waiting();
  const bytes = Buffer.from(QuickJS.serializeSnapshot(one.snapshot())).toString("base64");
  const program = `
    import { QuickJS } from ${JSON.stringify(new URL("../../dist/quickjs-wasi/index.js", import.meta.url).href)};
    const vm = await QuickJS.restore(QuickJS.deserializeSnapshot(Buffer.from(${JSON.stringify(bytes)}, "base64")));
    vm.registerHostCallback("double", (x) => vm.newNumber(x.toNumber() * 2));
    console.log(vm.dump(vm.importHandle(${token})).a, vm.evalCode("double(4)").toNumber());`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  assert.equal(stdout.trim(), "1 8");
});

test("what is no snapshot is refused", async () => {
  const { one } = await waiting();
  const bytes = QuickJS.serializeSnapshot(one.snapshot());
  const damaged = bytes.slice();
  damaged[bytes.length - 1] ^= 1;
  for (const [given, reason] of [
    [damaged, "damaged"],
    [bytes.subarray(0, bytes.length - 5), undefined],
    [new Uint8Array(), undefined],
    [THEIRS.api.QuickJS.serializeSnapshot((await create(THEIRS)).snapshot()), "not-a-snapshot"],
  ]) {
    const error = thrown(() => QuickJS.deserializeSnapshot(given));
    assert.ok(error instanceof SnapshotError, String(error));
    if (reason !== undefined) assert.equal(error.reason, reason);
    await assert.rejects(restore({ memory: given, extensions: [] }), SnapshotError);
  }
  await assert.rejects(restore({}), /this is no snapshot: pass what vm\.snapshot\(\)/);
  await assert.rejects(restore(undefined), TypeError);
});
