// Values cross in both directions and stay what they are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { Value } from "../dist/index.js";
import { engine, thrown } from "./help.mjs";

const loop = { name: "loop" };
loop.self = loop;
const shared = { deep: [1] };

/** Values that are copied into a VM and out again. */
const COPIED = {
  undefined,
  null: null,
  booleans: [true, false],
  integers: [0, 1, -1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32, -(2 ** 31), Number.MAX_SAFE_INTEGER],
  floats: [-0, 0.5, 1e300, Infinity, -Infinity, NaN, 2 ** 53],
  bigints: [0n, -1n, 255n, 1n << 70n, -(1n << 70n)],
  strings: ["", "ascii", "é", "漢字", "🎉", "a\ud800b", "\0", "x".repeat(5000), "漢".repeat(5000), "é".repeat(5000)],
  arrays: [[], [[]], Array.from({ length: 100 }, (_, i) => i), Array.from({ length: 100 }, (_, i) => i / 3)],
  holes: [1, , 3],
  objects: { a: 1, b: { c: "d" }, "": 0, 7: "seven", __proto__: null },
  proto: JSON.parse('{"__proto__": {"polluted": true}}'),
  map: new Map([["k", { v: 1 }], [1, 2], [NaN, "n"]]),
  set: new Set([1, "1", null]),
  date: new Date(1_700_000_000_123),
  regexp: /a(?<n>b)/giu,
  buffer: new Uint8Array([1, 2, 3]).buffer,
  views: [
    new Uint8Array([1]), new Uint8ClampedArray([2]), new Int8Array([-3]), new Uint16Array([4]),
    new Int16Array([-5]), new Uint32Array([6]), new Int32Array([-7]), new Float32Array([0.5]),
    new Float64Array([0.1]), new BigInt64Array([-8n]), new BigUint64Array([9n]),
  ],
  large: new Uint8Array(10_000).fill(7),
  part: new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2),
  dataview: new DataView(new ArrayBuffer(4), 1, 2),
  boxed: [Object(1), Object("s"), Object(true)],
  symbols: [Symbol.iterator, Symbol.for("key")],
  loop,
  shared: [shared, shared],
};

test("values are copied in and out", async (t) => {
  const vm = engine.createVm();
  const identity = vm.eval("x => x");
  for (const [name, value] of Object.entries(COPIED)) {
    await t.test(name, () => {
      // Objects of a VM have the prototype that they were made with.
      const expected = name === "objects" ? { ...value } : value;
      assert.deepEqual(identity.callData(value), expected);
      assert.deepEqual(vm.fromData(value).toData(), expected);
      assert.equal(inspect(vm.fromData(value).toData(), { depth: 9 }), inspect(expected, { depth: 9 }));
    });
  }
});

test("an invalid date stays one", () => {
  const date = engine.createVm().fromData([new Date(NaN)]).toData()[0];
  assert.ok(date instanceof Date && Number.isNaN(date.getTime()));
});

test("sharing is kept", () => {
  const vm = engine.createVm();
  const [a, b] = vm.fromData([shared, shared]).toData();
  assert.equal(a, b);
  const copy = vm.fromData(loop).toData();
  assert.equal(copy.self, copy);
  const views = vm.evalData("const b = new ArrayBuffer(8); [new Uint8Array(b), new Uint16Array(b, 2)]");
  assert.equal(views[0].buffer, views[1].buffer);
});

test("a key of the name __proto__ is only a key", () => {
  const data = engine.createVm().evalData(`JSON.parse('{"__proto__": {"polluted": 1}}')`);
  assert.deepEqual(Object.keys(data), ["__proto__"]);
  assert.equal(data.polluted, undefined);
});

test("errors keep their class, cause and properties", () => {
  const vm = engine.createVm();
  const error = vm.evalData(
    "class Own extends RangeError { get name() { return 'Own' } }; Object.assign(new Own('m', {cause: new TypeError('c')}), {code: 'E'})",
  );
  assert.ok(error instanceof RangeError);
  assert.equal(error.name, "Own");
  assert.equal(error.message, "m");
  assert.equal(error.code, "E");
  assert.ok(error.cause instanceof TypeError);
  assert.match(error.stack, /^Own: m\n {4}at /);
  // The embedder's own places stay with it.
  const mine = vm.fromData(new RangeError("r", { cause: "c" }));
  assert.equal(mine.get("message").toString(), "r");
  assert.equal(mine.get("stack").toString(), "");
});

test("functions in data are handles", () => {
  const vm = engine.createVm();
  const { twice, list } = vm.evalData("({ twice: x => x * 2, list: [() => 7] })");
  assert.ok(twice instanceof Value);
  assert.equal(twice.call(21), 42);
  assert.equal(list[0].call(), 7);
  // They go back as what they are.
  assert.equal(vm.eval("(o, f) => o.f === f").call(vm.fromData({ f: twice }), twice), true);
  assert.match(thrown(() => vm.fromData({ f() {} })).message, /the function f has no form as data/);
  assert.match(thrown(() => engine.createVm().fromData({ f: twice })).message, /another VM/);
});

test("handles read, write and call", () => {
  const vm = engine.createVm();
  const object = vm.eval("({ a: 1, get b() { return this.a + 1 }, m(x) { return [this.a, x] } })");
  assert.equal(object.kind, "object");
  assert.equal(object.get("b"), 2);
  object.set("a", 5);
  object.set("s", "a\ud800\u00e9");
  assert.equal(object.get("s").toString(), "a\ud800\u00e9");
  assert.deepEqual(object.callMethod("m", "é").toData(), [5, "é"]);
  assert.deepEqual(object.callMethod("m", "\ud800").toData(), [5, "\ud800"]);
  assert.deepEqual(object.keys(), ["a", "b", "m", "s"]);
  assert.equal(object.has("m"), true);
  assert.equal(object.delete("m"), true);
  assert.equal(object.get("m"), undefined);
  assert.equal(object.inspect(), "{ a: 5, b: [Getter], s: 'a\\ud800é' }");
  assert.equal(object.toJson(), '{"a":5,"b":6,"s":"a\\ud800é"}');
  assert.equal(vm.eval("[10, 20]").get(1), 20);
  assert.equal(vm.eval("class A { constructor(x) { this.x = x } }; A").construct(3).get("x"), 3);
  assert.equal(vm.createObject(null).toJson(), "{}");
  assert.equal(vm.createBigInt(1n << 80n).toBigInt(), 1n << 80n);
  assert.deepEqual(vm.createArray([1, "two", null, undefined, true]).toData(), [1, "two", null, undefined, true]);
  assert.equal(vm.global.get("Math").get("max").callWithThis(undefined, 1, 3, 2), 3);
});

test("handles end", () => {
  const vm = engine.createVm();
  const value = vm.eval("({})");
  const other = value.clone();
  value.dispose();
  value.dispose();
  assert.match(thrown(() => value.get("a")).message, /disposed/);
  assert.match(thrown(() => vm.createArray([value])).message, /disposed/);
  assert.equal(other.kind, "object");
  assert.match(thrown(() => engine.createVm().createArray([other])).message, /another VM/);
  const before = vm.memoryUsage().handles;
  for (let i = 0; i < 5000; i++) {
    vm.eval("[]").dispose();
  }
  assert.equal(vm.memoryUsage().handles, before);
});

test("lost handles are freed", { skip: globalThis.gc === undefined }, async () => {
  const vm = engine.createVm();
  for (let i = 0; i < 5000; i++) {
    vm.eval("[]");
  }
  for (let i = 0; i < 20 && vm.memoryUsage().handles > 500n; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc();
  }
  assert.ok(vm.memoryUsage().handles < 500n);
});

test("strings of every length cross", () => {
  const vm = engine.createVm();
  const length = vm.eval("s => s.length");
  const identity = vm.eval("s => s");
  for (const unit of ["a", "é", "漢", "🎉"]) {
    for (const count of [0, 1, 31, 32, 33, 63, 64, 65, 4095, 4096, 4097, 100_000]) {
      const text = unit.repeat(count);
      assert.equal(length.call(text), text.length);
      assert.ok(identity.call(text).toString() === text);
      assert.ok(identity.callData(text) === text);
    }
  }
});
