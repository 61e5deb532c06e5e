// Data in and out: arguments and results of calls, as objects of JavaScript. Every way that a user of
// the package has is measured: what copies whole values, JSON, and a buffer where the data allows it.
import { isDeepStrictEqual } from "node:util";
import { runInThisContext } from "node:vm";

import { check, script } from "../files.mjs";
import { dataVm, into, out } from "./vm.mjs";

const KINDS = {
  items: { what: "Items", json: true },
  numbers: { what: "Numbers", json: true, floats: true },
  buffer: { what: "Buffer", bytes: true },
  tree: { what: "Tree", json: true },
  graph: { what: "Graph", cycles: true },
};

function outward(world, vm, kind) {
  const give = vm.eval(`give${kind.what}`);
  const ways = [];
  if (kind.bytes) {
    ways.push({ how: "as buffer", run: () => out(vm, give, (handle) => vm.toBuffer(handle)) });
    return ways;
  }
  const { copyOut } = world;
  if (copyOut && (!kind.cycles || copyOut.cycles)) {
    ways.push({ how: copyOut.how, run: () => out(vm, give, (handle) => copyOut.copy(vm, handle)) });
  }
  if (kind.json) {
    const giveJson = vm.eval(`() => JSON.stringify(give${kind.what}())`);
    ways.push({ how: "JSON", run: () => JSON.parse(out(vm, giveJson, (handle) => vm.toText(handle))) });
  }
  if (kind.floats) {
    const giveFloats = vm.eval(`() => new Float64Array(give${kind.what}()).buffer`);
    const run = () => Array.from(new Float64Array(out(vm, giveFloats, (handle) => vm.toBuffer(handle)).buffer));
    ways.push({ how: "Float64Array", run });
  }
  return ways;
}

function inward(world, vm, kind, value) {
  const take = vm.eval(`take${kind.what}`);
  const ways = [];
  if (kind.bytes) {
    ways.push({ how: "as buffer", run: () => into(vm, take, vm.buffer(value)) });
    return ways;
  }
  const { copyIn } = world;
  if (copyIn && (!kind.cycles || copyIn.cycles)) {
    ways.push({ how: copyIn.how, run: () => into(vm, take, copyIn.copy(vm, value)) });
  }
  if (kind.json) {
    const takeJson = vm.eval(`(text) => take${kind.what}(JSON.parse(text))`);
    ways.push({ how: "JSON", run: () => into(vm, takeJson, vm.text(JSON.stringify(value))) });
  }
  if (kind.floats) {
    const takeFloats = vm.eval(`(buffer) => take${kind.what}(Array.from(new Float64Array(buffer)))`);
    const run = () => into(vm, takeFloats, vm.buffer(new Uint8Array(Float64Array.from(value).buffer)));
    ways.push({ how: "Float64Array", run });
  }
  return ways;
}

// The host has the same data, to give and to compare with.
runInThisContext(script("scripts/data.js"));

/** Whether what came out is what the VM has. (Comparing deeply is not for what has cycles.) */
function arrived(value, original, { what, bytes, cycles }) {
  if (bytes) return isDeepStrictEqual(value, new Uint8Array(original));
  const take = globalThis[`take${what}`];
  return take(value) === take(original) && (cycles || isDeepStrictEqual(value, original));
}

export async function data(world, name) {
  const [item, way] = name.split("-");
  const kind = KINDS[item];
  const vm = await dataVm(world);
  const original = globalThis[`give${kind.what}`]();
  if (way === "out") {
    const ways = outward(world, vm, kind);
    for (const { how, run } of ways) check(arrived(run(), original, kind), `${name} left changed: ${how}`);
    return ways;
  }
  const taken = globalThis[`take${kind.what}`](original);
  const ways = inward(world, vm, kind, kind.bytes ? new Uint8Array(original) : original);
  return ways.map(({ how, run }) => ({ how, run: () => check(run() === taken, `${name} arrived changed: ${how}`) }));
}
