// Sessions as bytes: they continue in another process, in Rust and here.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Snapshot, SnapshotError } from "../dist/index.js";
import { Sandbox, SavedSession } from "../dist/sandbox/index.js";
import { engine } from "./help.mjs";
import { Place, skip } from "./mcp.mjs";

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "jsvm-sessions-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A sandbox with the tools that the stub of `jsvm mcp` has, and the calls that they got. */
async function sandbox(caps) {
  const calls = [];
  const tools = {
    "stub.add": { execute: (input) => (calls.push(["add", input]), { sum: input.a + input.b }) },
    "stub.send-mail": { ask: true, execute: (input) => (calls.push(["send-mail", input]), "sent here") },
  };
  return { sandbox: await Sandbox.create({ engine, tools, caps }), calls };
}

const CODE = `const before = await tools.stub.add({ a: 1, b: 1 });
  files.write("draft", "text");
  const sent = await tools.stub["send-mail"]({ to: "you" });
  const after = await tools.stub.add({ a: 2, b: n });
  [before.sum, sent, after.sum, files.read("draft")]`;

async function waitingBytes(options) {
  const { sandbox: made } = await sandbox();
  const session = made.createSession();
  await session.run("const n = 40");
  const { waiting } = await session.run(CODE);
  return { session, call: waiting[0], bytes: await session.save().toBytes(options) };
}

describe("a session as bytes", () => {
  test("continues after an approval in another process, and repeats nothing", async () => {
    const program = `
      import { appendFile, readFile, writeFile } from "node:fs/promises";
      import { Sandbox, SavedSession } from ${JSON.stringify(new URL("../dist/sandbox/index.js", import.meta.url).href)};
      const note = (name) => (input) => appendFile("calls", name + " " + JSON.stringify(input) + "\\n").then(() => name);
      const sandbox = await Sandbox.create({ tools: {
        look: { execute: note("look") },
        pay: { ask: true, execute: note("pay") },
      } });
      if (process.argv[2] === "begin") {
        const session = sandbox.createSession();
        await session.run("let log = []; const say = (text) => log.push(text)");
        const outcome = await session.run("say(await tools.look({})); say(await tools.pay({ cents: 5 })); say(await tools.look({ again: true })); log");
        await writeFile("session", await session.save().toBytes());
        process.stdout.write(JSON.stringify({ id: session.id, status: outcome.status }));
      } else {
        const session = sandbox.restore(await SavedSession.fromBytes(await readFile("session")));
        const [{ id }] = session.waiting;
        const outcome = await session.resume([{ id, approve: true }]);
        process.stdout.write(JSON.stringify({ id: session.id, cell: outcome.cell, value: outcome.value?.json, made: outcome.calls.map(({ tool }) => tool) }));
      }`;
    const run = async (...args) => {
      const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, "-", ...args], { cwd: folder });
      return JSON.parse(stdout);
    };
    const first = await run("begin");
    assert.equal(first.status, "waiting");
    const second = await run("resume");
    assert.deepEqual(second, { id: first.id, cell: 2, value: ["look", "pay", "look"], made: ["pay", "look"] });
    assert.equal(await readFile(join(folder, "calls"), "utf8"), 'look {}\npay {"cents":5}\nlook {"again":true}\n');
  });

  test("keeps what changed since the cell began, once", async () => {
    const { session, bytes } = await waitingBytes();
    const idle = session.fork();
    idle.cancel();
    const whole = await idle.save().toBytes();
    assert.ok(bytes.length < whole.length * 1.9, `${bytes.length} of ${whole.length}`);
    // The state before the cell is there: the cell can be given up.
    const { sandbox: other } = await sandbox();
    const later = other.restore(await SavedSession.fromBytes(bytes));
    later.cancel();
    assert.deepEqual(later.listFiles(), []);
    assert.deepEqual((await later.run("n + 1")).value.json, 41);
    // It is restored any number of times, also from a view into other bytes.
    const wide = new Uint8Array(bytes.length + 5);
    wide.set(bytes, 3);
    const again = other.restore(await SavedSession.fromBytes(wide.subarray(3, bytes.length + 3)));
    assert.equal(again.waiting.length, 1);
    assert.equal(again.id, session.id);
    assert.equal(again.cells, 2);
  });

  test("is sealed, or smaller, if asked for", async () => {
    const key = Snapshot.generateKey();
    const { bytes, call } = await waitingBytes({ key, compression: "small" });
    assert.ok(!Buffer.from(bytes).includes("send-mail"));
    const { sandbox: other } = await sandbox();
    const reason = (reason) => (error) => error instanceof SnapshotError && error.reason === reason;
    await assert.rejects(SavedSession.fromBytes(bytes), reason("sealed"));
    await assert.rejects(SavedSession.fromBytes(bytes, { key: Snapshot.generateKey() }), reason("wrong-key"));
    const session = other.restore(await SavedSession.fromBytes(bytes, { key }));
    assert.deepEqual((await session.resume([{ id: call.id, answer: "by hand" }])).value.json, [2, "by hand", 42, "text"]);
    await assert.rejects(session.save().toBytes({ key: new Uint8Array(3) }), TypeError);
  });

  test("that is something else is refused", async () => {
    const { bytes } = await waitingBytes();
    const { sandbox: other } = await sandbox();
    const changed = (change) => {
      const copy = bytes.slice();
      change(copy);
      return copy;
    };
    const first = Number(new DataView(bytes.buffer).getBigUint64(10, true));
    for (const [wrong, reason] of [
      [new Uint8Array(), "truncated"],
      [new TextEncoder().encode("something else"), "not-a-snapshot"],
      [await engine.createVm().snapshot().toBytes(), "not-a-snapshot"],
      [bytes.subarray(0, 5), "truncated"],
      [bytes.subarray(0, 9), "truncated"],
      [bytes.subarray(0, 12), "truncated"],
      [bytes.subarray(0, 18 + first), "truncated"],
      [bytes.subarray(0, -1), "truncated"],
      [changed((copy) => (copy[8] = 2)), "unknown-format"],
      [changed((copy) => (copy[9] = 0)), "malformed"],
      [changed((copy) => (copy[9] = 3)), "malformed"],
      [changed((copy) => (copy[9] = 1)), "malformed"],
      [changed((copy) => copy.fill(255, 10, 18)), "truncated"],
      [changed((copy) => (copy[copy.length - 1] ^= 1)), "damaged"],
      [changed((copy) => (copy[200] ^= 1)), "damaged"],
      [Buffer.concat([bytes, Buffer.alloc(1)]), "malformed"],
    ]) {
      await assert.rejects(SavedSession.fromBytes(wrong), (error) => {
        assert.ok(error instanceof SnapshotError, String(error));
        assert.equal(error.reason, reason, error.message);
        return true;
      });
    }
    await assert.rejects(SavedSession.fromBytes("text"), TypeError);
    await assert.rejects(SavedSession.fromBytes(bytes, { maxMemory: 1 << 16 }), ({ reason }) => reason === "too-large");
    // A part without the one that it is relative to.
    const alone = Buffer.concat([bytes.subarray(0, 9), Buffer.of(1), bytes.subarray(18 + first)]);
    await assert.rejects(SavedSession.fromBytes(alone), ({ reason }) => reason === "missing-parent");
    // Snapshots of VMs that are those of no session, or say something else about it.
    const forged = async (vm) => SavedSession.fromBytes(await new SavedSession(undefined, vm.snapshot()).toBytes());
    const plain = engine.createVm();
    assert.throws(() => other.restore({ start: undefined, now: plain.snapshot() }), ({ reason }) => reason === "malformed");
    for (const record of ["undefined", "'null'", "'{}'", "'{'", "JSON.stringify({ id: 1, cells: 0, code: '' })", "JSON.stringify({ id: 'a', cells: -1, code: '' })"]) {
      const vm = engine.createVm();
      vm.setRoot("jsvm:sandbox", vm.eval(`({ setTools() {}, getRecord: () => ${record} })`));
      const saved = await forged(vm);
      assert.throws(() => other.restore(saved), (error) => error instanceof SnapshotError && error.reason === "malformed", record);
    }
    const endless = engine.createVm();
    endless.setRoot("jsvm:sandbox", endless.eval("({ setTools() { for (;;) {} } })"));
    const saved = await forged(endless);
    assert.throws(() => other.restore(saved), /deadline/);
  });
});

describe("a session of `jsvm mcp`", { skip }, () => {
  let place;
  before(async () => {
    place = new Place(await mkdtemp(join(folder, "mcp-")));
    await place.configure();
  });

  test("continues here, and there again", async () => {
    const [begun, waits] = await place.run({ code: "const n: number = 40; class A { m() { return n } }" }, { code: CODE });
    assert.equal(begun.status, "completed");
    assert.equal(waits.status, "waiting");
    assert.deepEqual(await place.calls(), ['add {"a": 1, "b": 1}']);

    // A person approves here.
    const { sandbox: here, calls } = await sandbox();
    const session = here.restore(await SavedSession.fromBytes(await readFile(place.session("default"))));
    assert.deepEqual(session.waiting, waits.waiting);
    const outcome = await session.resume([{ id: waits.waiting[0].id, approve: true }]);
    assert.deepEqual(outcome.value?.json, [2, "sent here", 42, "text"], JSON.stringify(outcome));
    assert.deepEqual(calls, [["send-mail", { to: "you" }], ["add", { a: 2, b: 40 }]]);
    assert.deepEqual(outcome.files, [{ path: "draft", kind: "created", size: 4 }]);
    const again = await session.run("class A { m() { return n + 1 } }\nnew A().m() + sent.length");
    assert.equal(again.value?.json, 50);
    assert.equal(again.cell, 3);

    await writeFile(place.session("default"), await session.save().toBytes());
    const [last] = await place.run({ code: "const sum = await tools.stub.add({ a: n, b: new A().m() }); sum.sum + files.read('draft')" });
    assert.equal(last.value?.json, "81text", JSON.stringify(last));
    assert.equal(last.cell, 4);
    assert.deepEqual(await place.calls(), ['add {"a": 1, "b": 1}', 'add {"a": 40, "b": 41}']);
  });

  test("can be one that began here, and waits", async () => {
    const { sandbox: here, calls } = await sandbox();
    const session = here.createSession();
    await session.run("const n = 40");
    const outcome = await session.run(CODE);
    assert.equal(outcome.status, "waiting");
    await mkdir(join(place.folder, "sessions"), { recursive: true });
    await writeFile(place.session("here"), await session.save().toBytes());
    session.dispose();

    const { id } = outcome.waiting[0];
    assert.equal(await place.command("waiting"), `here ${id} stub.send-mail {"to":"you"}\n`);
    await place.command("approve", "here", String(id));
    const before = (await place.calls()).length;
    const [done, next] = await place.run({ session: "here", resume: true }, { session: "here", code: "const n = 1; n + before.sum" });
    assert.equal(done.status, "completed", JSON.stringify(done));
    assert.deepEqual(done.value.json, [2, "send-mail done", 42, "text"]);
    assert.equal(done.cell, 2);
    assert.equal(next.value.json, 3);
    assert.deepEqual(calls, [["add", { a: 1, b: 1 }]]);
    assert.deepEqual((await place.calls()).slice(before), ['send-mail {"to": "you"}', 'add {"a": 2, "b": 40}']);
  });

  test("can be given up there, when it was begun here", async () => {
    const { bytes } = await waitingBytes();
    await writeFile(place.session("cancelled"), bytes);
    const [outcome] = await place.run({ session: "cancelled", cancel: true, code: "[n, files.list()]" });
    assert.deepEqual(outcome.value?.json, [40, []], JSON.stringify(outcome));
  });
});
