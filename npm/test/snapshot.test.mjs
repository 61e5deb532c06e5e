// Files of snapshots: bytes, deltas, chains, seals, and what is refused.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Engine, EngineError, EventLoop, Snapshot, SnapshotError, UseError } from "../dist/index.js";
import { engine, thrown } from "./help.mjs";

const golden = (name) => readFile(new URL(`../../tests/golden/1/${name}`, import.meta.url));

/** A VM with a counter, and as much data as is asked for. */
function counter(size = 0) {
  const vm = engine.createVm();
  vm.eval(`var n = 0; const next = () => ++n; const data = Array.from({ length: ${size} }, (_, i) => "row " + i)`);
  return vm;
}

/** The reason why a promise is rejected. */
async function reason(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof SnapshotError, String(error));
    return error.reason;
  }
  throw new Error("nothing was thrown");
}

test("a snapshot comes back from its bytes", async () => {
  const vm = counter(20_000);
  vm.eval("next()");
  const before = Date.now();
  const frozen = vm.snapshot().withMetadata("step", "3").withMetadata("name", "é");
  const bytes = await frozen.toBytes();
  const read = await Snapshot.fromBytes(bytes);
  assert.equal(read.engine.id, frozen.engine.id);
  assert.match(read.engine.id, /^[0-9a-f]{64}$/);
  assert.equal(await read.id(), await frozen.id());
  assert.match(await read.id(), /^[0-9a-f]{32}$/);
  assert.equal(await read.parentId(), undefined);
  assert.deepEqual(read.metadata, { step: "3", name: "é" });
  assert.ok(Math.abs(read.created.getTime() - before) < 60_000);
  assert.equal(read.limits.stack, 192 << 10);
  assert.equal(read.memorySize, frozen.memorySize);
  assert.equal(read.byteLength, frozen.byteLength);
  for (const thawed of [engine.restore(read), engine.resume(read)]) {
    assert.equal(thawed.evalData("[next(), data.length, data[19_999]].join()"), "2,20000,row 19999");
  }
  const small = await frozen.toBytes({ compression: "small" });
  assert.ok(small.length < bytes.length, `${small.length} and ${bytes.length}`);
  assert.equal(await (await Snapshot.fromBytes(small.buffer.slice(small.byteOffset, small.byteOffset + small.length))).id(), await read.id());
});

test("the same state has the same bytes", async () => {
  const frozen = counter().snapshot();
  assert.deepEqual(await frozen.toBytes(), await frozen.toBytes());
  const again = engine.resume(frozen).snapshot();
  assert.equal(await again.id(), await frozen.id());
});

test("what has changed is stored as a delta, in chains", async () => {
  const vm = counter(20_000);
  const first = vm.snapshot();
  vm.eval("next()");
  const second = vm.snapshotSince(first);
  vm.eval("next()");
  const third = vm.snapshotSince(second);
  const files = await Promise.all([first, second, third].map((snapshot) => snapshot.toBytes()));
  assert.ok(files[1].length * 5 < files[0].length, `${files.map((file) => file.length)}`);
  // In memory, a delta is whole.
  assert.equal(engine.restore(third).eval("next()"), 3);
  assert.equal(await third.parentId(), await second.id());

  const read = await Snapshot.fromChain(files);
  assert.equal(await read.id(), await third.id());
  assert.equal(await read.parentId(), await second.id());
  assert.equal(engine.restore(read).eval("next()"), 3);
  const flat = await read.flatten().toBytes();
  assert.equal(engine.restore(await Snapshot.fromBytes(flat)).eval("next()"), 3);
  // A restored VM goes on with the chain.
  const thawed = engine.resume(read);
  thawed.eval("next()");
  const fourth = await thawed.snapshotSince(read).toBytes();
  assert.ok(fourth.length * 5 < files[0].length);
  assert.equal(engine.restore(await Snapshot.fromChain([...files, fourth])).eval("next()"), 4);

  const needed = await Snapshot.fromBytes(files[1]).catch((error) => error);
  assert.equal(needed.reason, "missing-parent");
  assert.equal(needed.parent, await first.id());
  const other = await Snapshot.fromBytes(files[2], { parent: first }).catch((error) => error);
  assert.equal(other.reason, "wrong-parent");
  assert.equal(other.parent, await second.id());
  assert.equal(await reason(Snapshot.fromChain([])), "not-a-snapshot");
});

test("only the key opens a sealed snapshot", async () => {
  const key = Snapshot.generateKey();
  const frozen = counter().snapshot();
  const sealed = await frozen.toBytes({ key });
  assert.notDeepEqual(sealed, await frozen.toBytes({ key }));
  const read = await Snapshot.fromBytes(sealed, { key });
  assert.equal(engine.restore(read).eval("next()"), 1);
  assert.equal(await reason(Snapshot.fromBytes(sealed)), "sealed");
  assert.equal(await reason(Snapshot.fromBytes(sealed, { key: Snapshot.generateKey() })), "wrong-key");
  assert.equal(await reason(Snapshot.fromBytes(await frozen.toBytes(), { key })), "not-sealed");
  for (const at of [40, sealed.length >> 1, sealed.length - 1]) {
    const altered = sealed.slice();
    altered[at] ^= 1;
    assert.equal(await reason(Snapshot.fromBytes(altered, { key })), "wrong-key");
  }
  await assert.rejects(frozen.toBytes({ key: new Uint8Array(31) }), TypeError);
  await assert.rejects(Snapshot.fromBytes(sealed, { key: "secret" }), TypeError);
});

test("wrong bytes are refused", async () => {
  const bytes = await counter(2_000).snapshot().toBytes();
  const altered = (at, to) => {
    const copy = bytes.slice();
    copy[at] = to;
    return Snapshot.fromBytes(copy);
  };
  assert.equal(await reason(Snapshot.fromBytes(new TextEncoder().encode("not a snapshot at all"))), "not-a-snapshot");
  assert.equal(await reason(Snapshot.fromBytes(new Uint8Array(0))), "truncated");
  assert.equal(await reason(altered(8, 1)), "old-format");
  assert.equal(await reason(altered(8, 200)), "unknown-format");
  assert.equal(await reason(altered(10, 7)), "damaged");
  assert.equal(await reason(Snapshot.fromBytes(new Uint8Array([...bytes, 0]))), "malformed");
  assert.equal(await reason(Snapshot.fromBytes(bytes, { maxMemory: 1 << 19 })), "too-large");
  for (let length = 0; length < bytes.length; length += 97) {
    assert.match(await reason(Snapshot.fromBytes(bytes.subarray(0, length))), /truncated|damaged/);
  }
  for (let at = 12; at < bytes.length; at += 101) {
    assert.match(await reason(altered(at, bytes[at] ^ 0x55)), /damaged|truncated/, `byte ${at}`);
  }
  await assert.rejects(Snapshot.fromBytes("text"), TypeError);
  await assert.rejects(Snapshot.fromBytes(bytes, { maxMemory: NaN }), TypeError);
  await assert.rejects(counter().snapshot().toBytes({ compression: "most" }), TypeError);
});

test("snapshots of another engine are read, and not restored", async () => {
  // The same engine with another name, as another version has.
  const file = await readFile(new URL("../js-vm.wasm", import.meta.url));
  const { id } = counter().snapshot().engine;
  file.write(id.replace(/./g, (digit) => "fedcba9876543210"[parseInt(digit, 16)]), file.indexOf(id));
  const renamed = await Engine.load(file);
  const other = await Snapshot.fromBytes(await renamed.createVm().snapshot().toBytes());
  assert.notEqual(other.engine.id, id);
  const error = thrown(() => engine.restore(other));
  assert.equal(error.reason, "other-engine");
  assert.equal(error.engine.id, other.engine.id);
  assert.throws(() => counter().snapshotSince(other), (error) => error.reason === "other-engine");
  const delta = counter().snapshotSince(counter().snapshot());
  await assert.rejects(Snapshot.fromBytes(await delta.toBytes(), { parent: other }), SnapshotError);
});

test("snapshots that the Rust crate has kept are read", async () => {
  const chain = await Promise.all(["chain.base.snap", "chain.step1.snap", "chain.snap"].map(golden));
  const last = await Snapshot.fromChain(chain);
  assert.equal(await last.parentId(), await (await Snapshot.fromChain(chain.slice(0, 2))).id());
  const digits = (await golden("key")).toString();
  const key = Uint8Array.from(digits.match(/../g), (byte) => parseInt(byte, 16));
  const sealed = await Snapshot.fromBytes(await golden("sealed.snap"), { key });
  assert.equal(sealed.engine.id, last.engine.id);
  const again = await Snapshot.fromBytes(await sealed.toBytes({ key }), { key });
  assert.equal(await again.id(), await sealed.id());
  if (last.engine.id === counter().snapshot().engine.id) {
    // Its seed is in it.
    assert.equal(typeof engine.resume(sealed).evalData("Math.random()"), "number");
    assert.ok(engine.restore(last).memoryUsage().used > 0n);
  }
});

test("random numbers of a seed go on, if the seed is there", async () => {
  const seed = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
  const numbers = "[Math.random(), ...crypto.getRandomValues(new Uint8Array(200))].join()";
  const [one, two] = [engine.createVm({ seed }), engine.createVm({ seed })];
  assert.equal(one.evalData(numbers), two.evalData(numbers));
  assert.notEqual(engine.createVm().evalData(numbers), engine.createVm().evalData(numbers));
  const key = Snapshot.generateKey();
  const frozen = one.snapshot();
  const sealed = await Snapshot.fromBytes(await frozen.toBytes({ key }), { key });
  const plain = await Snapshot.fromBytes(await frozen.toBytes());
  const next = two.evalData(numbers);
  assert.equal(engine.resume(frozen).evalData(numbers), next);
  assert.equal(engine.resume(sealed).evalData(numbers), next);
  assert.equal(engine.resume(plain, { seed }).evalData(numbers), next);
  assert.equal(thrown(() => engine.resume(plain)).reason, "missing-seed");
  // A VM that goes on can be frozen again.
  const later = engine.resume(engine.resume(sealed).snapshot());
  assert.equal(later.evalData(numbers), next);
  // Others have numbers of their own.
  assert.notEqual(engine.restore(sealed).evalData(numbers), next);
  const other = seed.map((byte) => byte ^ 1);
  assert.notEqual(engine.resume(sealed, { seed: other }).evalData(numbers), next);
  assert.notEqual(engine.resume(sealed, { random: () => 3n }).evalData(numbers), next);
  for (const wrong of [new Uint8Array(31), 7, "seed"]) {
    assert.ok(thrown(() => engine.createVm({ seed: wrong })) instanceof UseError);
  }
  assert.ok(thrown(() => engine.createVm({ seed, random: () => 1n })) instanceof UseError);
});

/** A module that has exports of these names, all of which trap, and the description of another. */
function trapping(module, names) {
  const number = (value) => {
    const bytes = [];
    do {
      bytes.push((value & 127) | (value > 127 ? 128 : 0));
      value >>>= 7;
    } while (value > 0);
    return bytes;
  };
  const text = (value) => [...number(value.length), ...Buffer.from(value)];
  const list = (items) => [...number(items.length), ...items.flat()];
  const section = (id, bytes) => [id, ...number(bytes.length), ...bytes];
  const [described] = WebAssembly.Module.customSections(module, "jsvm");
  return WebAssembly.compile(Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, list([[0x60, 0, 0]])),
    ...section(2, list([[...text("env"), ...text("memory"), 2, 0, 1]])),
    ...section(3, list([[0]])),
    ...section(7, list(names.map((name) => [...text(name), 0, 0]))),
    ...section(10, list([[3, 0, 0, 0x0b]])),
    ...section(0, [...text("jsvm"), ...new Uint8Array(described)]),
  ]));
}

test("what fails in the codec has its reason", async () => {
  const file = await WebAssembly.compile(await readFile(new URL("../snapshot.wasm", import.meta.url)));
  const names = WebAssembly.Module.exports(file).filter(({ kind }) => kind === "function").map(({ name }) => name);
  const frozen = counter().snapshot();
  const bytes = await frozen.toBytes();
  try {
    await Snapshot.loadCodec(await trapping(file, names));
    for (const call of [() => frozen.toBytes(), () => Snapshot.fromBytes(bytes)]) {
      await assert.rejects(call, (error) => {
        assert.ok(error instanceof SnapshotError);
        assert.equal(error.reason, "failed");
        assert.match(error.message, /the codec failed \(unreachable\)/);
        return true;
      });
    }
    await Snapshot.loadCodec(await trapping(file, names.filter((name) => name !== "cabi_realloc")));
    await assert.rejects(frozen.toBytes(), EngineError);
  } finally {
    await Snapshot.loadCodec(file);
  }
  assert.deepEqual(await frozen.toBytes(), bytes);
});

test("what a restored VM may be is checked before it is made", async () => {
  const frozen = counter().snapshot();
  const changed = (state) => Object.assign(Object.create(Snapshot.prototype), { ...frozen, state: { ...frozen.state, ...state } });
  assert.equal(thrown(() => engine.restore(changed({ newestRequests: 99 }))).reason, "future-requests");
  assert.equal(thrown(() => engine.restore(changed({ oldestRequests: 0 }))).reason, "old-requests");
  const seeded = changed({ entropy: { wordLow: 1n, wordHigh: 0n, seed: undefined } });
  assert.equal(thrown(() => engine.resume(seeded)).reason, "missing-seed");
  assert.equal(engine.resume(seeded, { random: () => 7n }).eval("next()"), 1);
  assert.equal(engine.restore(seeded).eval("next()"), 1);
  for (const size of [0n, 65_536n, frozen.image.size - 65_536n, frozen.image.size + 4096n]) {
    const wrong = Object.assign(Object.create(Snapshot.prototype), { ...frozen, image: { ...frozen.image, size } });
    assert.equal(thrown(() => engine.restore(wrong)).reason, "malformed");
  }
  const large = engine.createVm();
  large.eval("var big = new Uint8Array(30 << 20).fill(1)");
  assert.equal(thrown(() => engine.restore(large.snapshot(), { limits: { hardMemory: 16 << 20 } })).reason, "too-large");
});

test("the same engine elsewhere restores, and the codec is given or loaded", async () => {
  const bytes = await counter().snapshot().toBytes();
  const other = await Engine.load(await readFile(new URL("../js-vm.wasm", import.meta.url)));
  assert.equal(other.restore(await Snapshot.fromBytes(bytes)).eval("next()"), 1);
  const module = await WebAssembly.compile(await readFile(new URL("../snapshot.wasm", import.meta.url)));
  await Snapshot.loadCodec(module);
  assert.equal(other.restore(await Snapshot.fromBytes(bytes)).eval("next()"), 1);
  await assert.rejects(Snapshot.loadCodec(new Uint8Array([1, 2, 3])), EngineError);
  await Snapshot.loadCodec(engine.module);
  await assert.rejects(Snapshot.fromBytes(bytes), EngineError);
  await Snapshot.loadCodec(module);
});

test("timers of a restored VM fire after what was left of their time", async () => {
  const elapsed = { now: 1e9 };
  const vm = engine.createVm({ clock: { now: () => Date.now(), elapsed: () => elapsed.now } });
  vm.eval("var fired = 0; const start = performance.now(); setTimeout(() => { fired = performance.now() - start }, 40)");
  elapsed.now += 10;
  const read = await Snapshot.fromBytes(await vm.snapshot().toBytes());
  // The clock of this process is far behind.
  const start = performance.now();
  const thawed = engine.restore(read);
  await new EventLoop(thawed).run();
  const took = performance.now() - start;
  assert.ok(took > 20 && took < 5_000, String(took));
  assert.ok(thawed.eval("fired") >= 40);
});
