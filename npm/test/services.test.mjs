// The modules `jsvm:keyvalue` and `jsvm:config`, by the requests that the Rust crate answers too.
import assert from "node:assert/strict";
import { test } from "node:test";

import { EventLoop, Snapshot } from "../dist/index.js";
import { engine } from "./help.mjs";

/** Evaluates a module, and returns a copy of its export `out`. */
async function out(source, options) {
  const vm = engine.createVm(options);
  const namespace = await new EventLoop(vm).eval(source, { module: true, fileName: "/main.js" });
  const value = namespace.get("out");
  return value?.toData?.() ?? value;
}

test("settings", async () => {
  const source = `
    import { get, getAll } from "jsvm:config";
    export const out = [await get("color"), await get("none"), await getAll()]`;
  const config = { color: "teal", size: "3" };
  const expected = ["teal", undefined, { color: "teal", size: "3" }];
  assert.deepEqual(await out(source, { config }), expected);
  assert.deepEqual(await out(source, { config, modules: { fetch: async () => undefined } }), expected);
  await assert.rejects(out(source, {}), /the VM has no modules/);
  await assert.rejects(out(source, { modules: {}, keyvalue: new Map() }), /cannot find the module/);
});

test("storage", async () => {
  const store = new Map();
  const source = `
    import { open } from "jsvm:keyvalue";
    const store = open();
    await store.set("a", "text");
    await store.setJson("b", { c: [1] });
    await store.set("gone", "x");
    await store.delete("gone");
    const sums = await Promise.all([1, 2, 3].map((n) => store.increment("n", n)));
    const keys = [];
    for await (const key of store.keys()) keys.push(key);
    export const out = [await store.getText("a"), await store.getJson("b"), await store.exists("gone"), await store.get("gone"), sums, keys]`;
  assert.deepEqual(await out(source, { keyvalue: store }), ["text", { c: [1] }, false, undefined, [1, 3, 6], ["a", "b", "n"]]);
  assert.equal(Buffer.from(store.get("n")).toString(), "6");
  const failing = (code) => out(`import { open } from "jsvm:keyvalue"; export const out = await (async () => { ${code} })().catch(String)`, {
    keyvalue: (name) => (name === "orders" ? store : undefined),
  });
  assert.match(await failing("return open('none').get('a')"), /the store "none" does not exist/);
  assert.match(await failing("return open('orders').increment('a')"), /TypeError: cannot increment "a"/);
  assert.equal(await failing("return open('orders').getText('a')"), "text");
});

test("a frozen request is answered elsewhere", async () => {
  const never = { get: () => new Promise(() => {}) };
  const vm = engine.createVm({ keyvalue: never });
  vm.eval("import { open } from 'jsvm:keyvalue'; globalThis.end = open().getText('a')", { module: true });
  vm.runJobs();
  assert.deepEqual(vm.unsettledRequests().map(({ name, args }) => [name, args]), [["jsvm:keyvalue-get", [undefined, "a"]]]);
  const frozen = await Snapshot.fromBytes(await vm.snapshot().toBytes());
  const thawed = engine.restore(frozen, { keyvalue: new Map([["a", new TextEncoder().encode("A")]]) });
  assert.equal((await new EventLoop(thawed).settled(thawed.global.get("end"))).toString(), "A");
});
