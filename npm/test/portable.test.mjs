// A VM that is frozen in Rust goes on here, and in Rust again; and the other way round.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { EventLoop, Snapshot } from "../dist/index.js";
import { engine } from "./help.mjs";

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../target", import.meta.url));
const jsvm = join(target, "debug", "jsvm");
const skip = existsSync(jsvm) ? false : "the program jsvm is not built";

let folder;
let server;
let origin;
const seen = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "jsvm-npm-"));
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "text/plain");
    if (request.url === "/slow") {
      return;
    }
    response.end(`body of ${request.url}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});

after(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args) => promisify(execFile)(jsvm, args, { cwd: folder, timeout: 60_000 });

/** Freezes a program in Rust as soon as it waits. */
async function frozenInRust(name, source, ...more) {
  await writeFile(join(folder, `${name}.mjs`), source);
  await run("snapshot", `${name}.mjs`, "--on-pending", "-o", `${name}.snap`, ...more);
  return readFile(join(folder, `${name}.snap`));
}

test("a promise, a timer and a fetch go on here, and then in Rust", { skip }, async () => {
  const address = new URL(origin).host;
  const bytes = await frozenInRust(
    "order",
    `const log = [];
     globalThis.log = log;
     const late = new Promise((resolve) => setTimeout(resolve, 300, "timer"));
     const text = fetch("${origin}/slow?rust").then(async (response) => response.status + " " + (await response.text()));
     const gate = new Promise((resolve) => { globalThis.open = resolve });
     log.push(await late, await text);
     log.push(await gate);
     const again = await fetch("${origin}/again");
     log.push(await again.text());
     console.log(log.join(", "));`,
    `--allow-net=${address}`,
  );
  assert.ok(seen.length <= 1, seen.join());

  const lines = [];
  const frozen = await Snapshot.fromBytes(bytes);
  assert.equal(frozen.limits.stack, 3840 << 10);
  const asked = [];
  const vm = engine.restore(frozen, {
    console: (_, text) => lines.push(text),
    fetch: async (url, init) => {
      asked.push(`${init.method} ${url}`);
      return new Response("from Node.js", { status: 203 });
    },
  });
  await new EventLoop(vm).run();
  assert.deepEqual(asked, [`GET ${origin}/slow?rust`]);
  assert.equal(vm.evalData("log.join()"), "timer,203 from Node.js");
  // Less stack than in Rust is enough to say so.
  assert.equal(vm.evalData("(() => { try { (function f() { f() })() } catch (e) { return e.name } })()"), "RangeError");

  vm.eval("open('gate')");
  vm.runJobs();
  assert.equal(vm.unsettledRequests().length, 1);
  const back = await vm.snapshotSince(frozen).toBytes({ compression: "small" });
  await writeFile(join(folder, "order-2.snap"), back);
  const { stdout } = await run("restore", "order-2.snap", "--parent", "order.snap", `--allow-net=${address}`);
  assert.equal(stdout.trim(), "timer, 203 from Node.js, gate, body of /again");
  assert.equal(seen.at(-1), "GET /again");
});

test("a VM that was made here goes on in Rust, sealed", { skip }, async () => {
  const vm = engine.createVm({ requests: ["approve"], fetch: () => Promise.reject(new TypeError("no network")) });
  vm.eval(`
    globalThis.result = (async () => {
      const price = await approve("tea");
      await new Promise((resolve) => setTimeout(resolve, 30));
      return price + " " + (await (await fetch("${origin}/paid")).text());
    })();
  `);
  await new EventLoop(vm).run();
  const key = Snapshot.generateKey();
  await writeFile(join(folder, "key"), Buffer.from(key).toString("hex"));
  await writeFile(join(folder, "here.snap"), await vm.snapshot().toBytes({ key }));
  const [request] = vm.unsettledRequests();
  const address = new URL(origin).host;
  const { stdout } = await run(
    "restore", "here.snap", "--key-file", "key", "--settle", `${request.id}=7`, `--allow-net=${address}`, "--eval", "await result",
  );
  assert.match(stdout, /7 body of \/paid/);
});

test("memory is the same, byte for byte, after a round trip", { skip }, async () => {
  const bytes = await frozenInRust("plain", "globalThis.list = Array.from({ length: 5_000 }, (_, i) => ({ i })); await new Promise(() => setTimeout(() => {}, 1e9))");
  const frozen = await Snapshot.fromBytes(bytes);
  const again = await Snapshot.fromBytes(await frozen.toBytes());
  assert.equal(await again.id(), await frozen.id());
  assert.deepEqual(await frozen.toBytes(), await again.toBytes());
  assert.deepEqual(Buffer.from(await frozen.toBytes()), bytes);
});

test("random numbers of a seed are those of Rust, and go on here and there", { skip }, async () => {
  const digits = Buffer.from(Uint8Array.from({ length: 32 }, (_, index) => index * 5)).toString("hex");
  const seed = Uint8Array.from(Buffer.from(digits, "hex"));
  // The engine seeds `Math.random` with some words, and these take many blocks.
  const numbers = "[Math.random(), ...crypto.getRandomValues(new Uint8Array(300))].join()";
  const { stdout } = await run("eval", "--seed", digits, numbers);
  assert.equal(engine.createVm({ seed }).evalData(numbers), JSON.parse(stdout.trim().replaceAll("'", '"')));

  const key = Snapshot.generateKey();
  await writeFile(join(folder, "seed.key"), Buffer.from(key).toString("hex"));
  const bytes = await frozenInRust("seeded", `globalThis.numbers = () => ${numbers}; numbers(); await new Promise((resolve) => globalThis.go = resolve)`, "--seed", digits, "--key-file", "seed.key");
  const there = await run("restore", "seeded.snap", "--key-file", "seed.key", "--resume", "--eval", "go(); numbers()");
  const vm = engine.resume(await Snapshot.fromBytes(bytes, { key }));
  const here = vm.evalData("numbers()");
  assert.ok(there.stdout.includes(here), there.stdout);
  const next = vm.evalData("numbers()");
  const again = engine.resume(await Snapshot.fromBytes(bytes, { key }));
  again.eval("numbers()");
  await writeFile(join(folder, "seeded-2.snap"), await again.snapshot().toBytes({ key }));
  const back = await run("restore", "seeded-2.snap", "--key-file", "seed.key", "--resume", "--eval", "go(); numbers()");
  assert.ok(back.stdout.includes(next), back.stdout);
});
