import { Log, add, bytes, double, ended, first, forward, gate, items, lookup, measure, names, numbers, open, produced, settled, sum, units, upper } from "acme:text/words";

const print = (name, value) => console.log(`${name}:`, value);
const collect = async (stream) => {
  const all = [];
  for await (const item of stream) all.push(item);
  return all;
};

print("synchronous", upper("abc"));
print("promise", [add(1, 2) instanceof Promise, await add(1, 2)]);
print("ok", await lookup("four"));
print("error", await lookup("x").catch((error) => [error.name, error.message, error.payload]));
print("argument", await add(1, "x").catch(String));
print("bytes in", await sum(new Uint8Array([1, 2, 3])));
print("chunks in", await sum((async function* () {
  yield new Uint8Array([1, 2]);
  yield new Uint8Array([10]).buffer;
})()));
print("large in", await sum(new Uint8Array(1 << 20).fill(1)));
print("items in", await names([{ id: 1, name: "a" }, { id: 2, name: "b" }]));
let isOver = false;
print("reader leaves", await first((function* () {
  try {
    for (let id = 0; ; id++) yield { id, name: `item ${id}` };
  } finally {
    isOver = true;
  }
})()));
for (let i = 0; i < 10 && !isOver; i++) await add(0, 0);
print("source is over", isOver);
print("units in", await units([undefined, undefined, undefined]));
print("nothing in", await units([]));
const stream = await numbers(3);
print("stream", stream instanceof ReadableStream);
print("items out", await collect(stream));
const chunks = await collect(await bytes(250_000));
print("bytes out", [chunks.every((chunk) => chunk instanceof Uint8Array), chunks.reduce((sum, chunk) => sum + chunk.length, 0)]);
const [few, count] = await items(2);
print("stream and future", [await collect(few), await count]);
const [many, failed] = await items(3);
print("future that fails", [(await collect(many)).length, await failed.catch((error) => error.message)]);
print("futures", [await double(21), await double(Promise.resolve(4))]);
print("results", [await settled(5), await settled(Promise.reject(new Error("no")))]);
print("in a variant", [await measure({ tag: "bytes", val: [new Uint8Array(5), new Uint8Array(6)] }), await measure({ tag: "none" })]);
print("forwarded", await sum(await forward(new Uint8Array([4, 5]))));

// Several calls at a time.
const calls = [gate("one").then((text) => print("gate", text)), gate("two").then((text) => print("gate", text))];
await add(0, 0);
open("two");
await calls[1];
open("one");
await calls[0];

// Back-pressure, and a reader that goes.
const endless = await numbers(1_000_000);
const reader = endless.getReader();
print("first", (await reader.read()).value);
print("not many produced", produced() < 200);
await reader.cancel();
for (let i = 0; i < 20 && ended() !== "yes"; i++) await add(0, 0);
print("generator ended", ended());

// Resources.
{
  using log = new Log("log");
  print("method", await log.write(["a", "b"]));
  print("read", await collect(await log.read()));
}

// Cancellation.
const controller = new AbortController();
let isClosed = false;
const call = sum((async function* () {
  try {
    for (;;) yield new Uint8Array(1);
  } finally {
    isClosed = true;
  }
})(), { signal: controller.signal });
setTimeout(() => controller.abort(new Error("given up")), 20);
print("cancelled", await call.catch((error) => error.message));
for (let i = 0; i < 20 && !isClosed; i++) await add(0, 0);
print("source is closed", isClosed);
print("aborted before", await add(1, 2, { signal: AbortSignal.abort(new Error("never")) }).catch((error) => error.message));
print("still there", await add(1, 2));
print("not iterable", await sum(5).catch(String));
