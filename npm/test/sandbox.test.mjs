// Sessions for code of language models.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Sandbox, SessionError, ToolDefinitionError } from "../dist/sandbox/index.js";
import { engine } from "./help.mjs";

const numbers = {
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
  additionalProperties: false,
};

/** A sandbox with tools, and the calls that they got. */
async function sandbox(options = {}) {
  const calls = [];
  const logged = (name, work) => (input, context) => (calls.push([name, input]), work(input, context));
  const tools = {
    add: { description: "Adds two numbers", input: numbers, execute: logged("add", ({ a, b }) => ({ sum: a + b })) },
    fail: { execute: () => { throw new Error("no such user. Try 7"); } },
    slow: { execute: () => new Promise((done) => setTimeout(done, 30, "done")) },
    pay: {
      input: { type: "object", properties: { cents: { type: "integer", minimum: 1 } }, required: ["cents"] },
      ask: true,
      execute: logged("pay", ({ cents }, { approved }) => ({ paid: cents, approved })),
    },
    "mail.send": { ask: ({ to }) => to !== "me", execute: logged("mail.send", () => null) },
  };
  return { sandbox: await Sandbox.create({ engine, tools: { ...tools, ...options.tools }, caps: options.caps, limits: options.limits }), calls };
}

async function session(options) {
  const made = await sandbox(options);
  return { ...made, session: made.sandbox.createSession() };
}

async function value(session, code) {
  const outcome = await session.run(code);
  assert.equal(outcome.status, "completed", JSON.stringify(outcome.error));
  return outcome.value.json;
}

describe("cells", () => {
  test("share variables, and declare them again", async () => {
    const { session: s } = await session();
    await s.run("const x = 1; let y = 2; class A { z = 3 }");
    assert.equal(await value(s, "x + y + new A().z"), 6);
    await s.run("const x = 10;\nclass A { m() { class B {} return '}' } z = 30 }\n[1].length");
    assert.equal(await value(s, "x + y + new A().z"), 42);
    await s.run("const z = await Promise.resolve(5)");
    assert.equal(await value(s, "const z = await Promise.resolve(x); z"), 10);
    assert.equal(s.cells, 6);
  });

  test("are rewritten at the top level alone", async () => {
    const { session: s } = await session();
    for (const [code, expected] of [
      ["const a = 'const b = 1; let c'; a.length", 18],
      ["const a = `\nconst x = ${1}\n`; a", "\nconst x = 1\n"],
      ["// const q = 1\nlet a = 1; /* let b */ a", 1],
      ["const f = () => {\n  const x = 1;\n  let y = 2;\n  return x + y\n};\nf()", 3],
      ["{\n  let scoped = 1;\n}\ntypeof scoped", "undefined"],
      ["const r = /\nconst a/.source", undefined],
      ["let a = 1\nlet b = 2\nconst c = 3\na + b + c", 6],
      ["for (let i = 0; i < 2; i++) {}\ntypeof i", "undefined"],
      ["const { p, q: [r] } = { p: 1, q: [2] }; p + r", 3],
      ["var let_ = 1; var constant = 2; let_ + constant", 3],
      ["const f1 = async () => {\n  const x = await 1;\n  return x;\n};\nawait f1()", 1],
    ]) {
      for (let twice = 0; twice < 2; twice++) {
        const outcome = await s.run(code);
        if (expected === undefined) {
          assert.equal(outcome.error.kind, "syntax");
        } else {
          assert.equal(outcome.value?.json, expected, `${code} ${JSON.stringify(outcome.error)}`);
        }
      }
    }
  });

  test("have a value as JSON and as text", async () => {
    const { session: s } = await session();
    for (const [code, json, text] of [
      ["({ a: [1, new Date(0)] })", { a: [1, "1970-01-01T00:00:00.000Z"] }],
      ["{ a: 1 }", { a: 1 }, "{ a: 1 }"],
      ["Promise.resolve('x')", "x"],
      ["new Map([[1, 2]])", {}, "Map(1) { 1 => 2 }"],
      ["NaN", null, "NaN"],
      ["undefined", undefined, "undefined"],
      ["10n", undefined],
      ["const c = {}; c.c = c; c", undefined],
    ]) {
      const outcome = await s.run(code);
      assert.deepEqual(outcome.value?.json, json, code);
      assert.ok(text === undefined || outcome.value.text === text, outcome.value?.text);
    }
  });

  test("fail with places and hints", async () => {
    const { session: s } = await session();
    await s.run("function f(x) {\n  return x.y.z;\n}");
    const { error } = await s.run("const a = 1;\n\n  f({});");
    assert.equal(error.kind, "exception");
    assert.deepEqual(error.places.map(({ cell, line }) => [cell, line]), [[1, 2], [2, 3]]);
    assert.equal(error.places[1].code, "f({});");
    assert.equal(await value(s, "a"), 1);
    for (const [code, kind, hint] of [
      ["const a = ;", "syntax"],
      ["const r = 1;\nreturn r", "syntax", /without `return`/],
      ["JSON.parse('{')", "exception"],
      ["process.exit()", "exception", /`tools`/],
      ["throw 7", "exception"],
      ["await new Promise(() => {})", "unsettled", /new Promise/],
    ]) {
      const { error, status } = await s.run(code);
      assert.equal(status, "failed", code);
      assert.equal(error.kind, kind, `${code}: ${JSON.stringify(error)}`);
      hint === undefined ? assert.equal(error.hint, undefined) : assert.match(error.hint, hint);
    }
    const outcome = await s.run("Promise.reject(new Error('lost')); tools.fail(); 'fine'");
    assert.equal(outcome.value.json, "fine");
    assert.deepEqual(outcome.unhandled.map(({ message }) => message).sort(), ["Error: lost", "ToolError: no such user. Try 7"]);
  });

  test("print in a structured way, up to a cap", async () => {
    const { session: s } = await session({ caps: { console: 100, value: 50 } });
    const { console } = await s.run("console.log('a %d', 1); console.error({ b: 2 })");
    assert.deepEqual(console.messages, [{ level: "log", text: "a 1" }, { level: "error", text: "{ b: 2 }" }]);
    const outcome = await s.run("for (let i = 0; i < 1000; i++) console.log('line'); 'x'.repeat(1000)");
    assert.ok(outcome.console.messages.length <= 25 && outcome.console.omitted > 3_000);
    assert.equal(outcome.value.json, undefined);
    assert.equal(outcome.value.tooLarge, 1002);
  });
});

describe("tools", () => {
  test("get arguments that were checked", async () => {
    const { session: s, calls } = await session();
    const sums = await value(s, "(await Promise.all([1, 2].map((a) => tools.add({ a, b: 1 })))).map(({ sum }) => sum)");
    assert.deepEqual(sums, [2, 3]);
    for (const [call, path] of [
      ["tools.add({ a: 1, b: 'x' })", "/b"],
      ["tools.add({ a: 1 })", ""],
      ["tools.add()", ""],
      ["tools.add(1)", ""],
      ["tools.add({ a: 1, b: 2, c: 3 })", ""],
    ]) {
      const { error } = await s.run(`\nawait ${call}`);
      assert.equal(error.kind, "tool", call);
      assert.equal(error.places[0].line, 2, JSON.stringify(error));
      assert.equal(error.tool.code, "invalid-arguments");
      assert.equal(error.tool.issues[0].path, path);
      assert.match(error.hint, /^Call it as tools\.add\(input: \{/);
    }
    assert.equal(calls.length, 2);
  });

  test("throw what code can catch", async () => {
    const { session: s } = await session({ tools: { late: { execute: async () => { throw new RangeError("late") } } } });
    const code = `const caught = [];
      for (const call of [() => tools.fail(), () => tools.nothing(), () => tools.mail.read(), () => tools.late()]) {
        try { await call() } catch (e) { caught.push([e.name, e.tool, e.code, e.message]) } }
      caught`;
    const caught = await value(s, code);
    assert.deepEqual(caught.map((one) => one.slice(0, 3)), [
      ["ToolError", "fail", "failed"],
      ["ToolError", "nothing", "unknown-tool"],
      ["ToolError", "mail.read", "unknown-tool"],
      ["ToolError", "late", "failed"],
    ]);
    assert.equal(caught[3][3], "late");
  });

  test("have their results checked and capped", async () => {
    const tools = {
      big: { execute: () => "x".repeat(2_000) },
      wrong: { output: { type: "number" }, execute: () => "x" },
      bigint: { execute: () => 1n },
      cycle: { execute: () => { const a = {}; a.a = a; return a; } },
      nothing: { execute: () => {} },
    };
    const { session: s } = await session({ tools, caps: { toolResult: 1_000, calls: 4 } });
    for (const [name, code] of [["big", "result-too-large"], ["wrong", "invalid-result"], ["bigint", "invalid-result"], ["cycle", "invalid-result"]]) {
      const { error, calls } = await s.run(`await tools.${name}()`);
      assert.equal(error.tool.code, code, name);
      assert.equal(calls[0].code, code);
    }
    assert.equal(await value(s, "await tools.nothing()"), null);
    const outcome = await s.run("for (let i = 0; i < 6; i++) { try { await tools.nothing() } catch (e) { console.log(e.code) } }");
    assert.deepEqual(outcome.console.messages.map(({ text }) => text), ["too-many-calls", "too-many-calls"]);
  });

  test("take schemas of other libraries", async () => {
    // What zod and others have.
    const schema = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: async (value) =>
          typeof value?.n === "string" ? { value: { n: Number(value.n) } } : { issues: [{ message: "no text", path: ["n", { key: 0 }] }] },
        jsonSchema: { input: () => ({ type: "object", properties: { n: { type: "string" } }, required: ["n"] }), output: () => ({}) },
      },
    };
    const { session: s, sandbox: box } = await session({ tools: { parse: { input: schema, execute: ({ n }) => n + 1 } } });
    assert.match(box.declarations, /parse\(input: \{\n    n: string;\n  \}\): Promise<any>;/);
    assert.equal(await value(s, "await tools.parse({ n: '41' })"), 42);
    const { error } = await s.run("await tools.parse({ n: 1 })");
    assert.deepEqual(error.tool.issues, [{ path: "/n/0", message: "no text" }]);
  });

  test("are declared in TypeScript", async () => {
    const { sandbox: box } = await sandbox();
    assert.ok(box.declarations.endsWith(`declare const tools: {
  /** Adds two numbers */
  add(input: {
    a: number;
    b: number;
  }): Promise<any>;
  fail(input?: Record<string, any>): Promise<any>;
  /** A person may have to approve a call: the session then waits. */
  pay(input: {
    cents: number;
  }): Promise<any>;
  slow(input?: Record<string, any>): Promise<any>;
  mail: {
    /** A person may have to approve a call: the session then waits. */
    send(input?: Record<string, any>): Promise<any>;
  };
};
`), box.declarations);
  });

  test("that are wrong are refused", async () => {
    const execute = () => {};
    for (const tools of [
      { "": { execute } },
      { then: { execute } },
      { "a..b": { execute } },
      { a: { execute }, "a.b": { execute } },
      { a: {} },
      { a: { execute, input: { type: "nothing" } } },
      { a: { execute, input: 7 } },
      { a: { execute, input: { unevaluatedProperties: false } } },
      { a: { execute, output: { $ref: "https://example.com/a.json" } } },
      { a: { execute, input: { pattern: "(" } } },
      { a: { execute, input: { "~standard": { version: 1, vendor: "old", validate: () => ({}) } } } },
    ]) {
      await assert.rejects(Sandbox.create({ engine, tools }), ToolDefinitionError, JSON.stringify(tools));
    }
    await assert.rejects(Sandbox.create({ engine, caps: { tme: 1 } }), /there is no cap "tme"/);
  });

  test("run a few at a time", async () => {
    let [running, most] = [0, 0];
    const execute = async () => {
      most = Math.max(most, ++running);
      await new Promise((done) => setTimeout(done, 2));
      running--;
    };
    const { session: s } = await session({ tools: { work: { execute } }, caps: { concurrentCalls: 3 } });
    await s.run("await Promise.all(Array.from({ length: 20 }, () => tools.work()))");
    assert.equal(most, 3);
  });
});

describe("approval", () => {
  const code = `const before = await tools.add({ a: 1, b: 1 });
    const paid = await tools.pay({ cents: 250 });
    const after = await tools.add({ a: 2, b: 2 });
    [before.sum, paid.paid, paid.approved, after.sum]`;

  test("suspends a session, which goes on elsewhere", async () => {
    const first = await session();
    await first.session.run("let n = 1");
    const outcome = await first.session.run(code);
    assert.equal(outcome.status, "waiting");
    const [call] = outcome.waiting;
    assert.deepEqual([call.tool, call.input], ["pay", { cents: 250 }]);
    const saved = first.session.save();
    first.session.dispose();
    const second = await sandbox();
    const s = second.sandbox.restore(saved);
    assert.deepEqual(s.waiting, [call]);
    const resumed = await s.resume([{ id: call.id, approve: true }]);
    assert.deepEqual(resumed.value?.json, [2, 250, true, 4], JSON.stringify(resumed));
    // Nothing is repeated.
    assert.deepEqual(first.calls, [["add", { a: 1, b: 1 }]]);
    assert.deepEqual(second.calls, [["pay", { cents: 250 }], ["add", { a: 2, b: 2 }]]);
    assert.equal(await value(s, "n + paid.paid"), 251);
  });

  test("can be denied, changed or answered", async () => {
    const code = "try { (await tools.pay({ cents: 5 })).paid } catch (e) { [e.code, e.message] }";
    for (const [decision, expected, made] of [
      [{ approve: true }, 5, 1],
      [{ approve: true, input: { cents: 3 } }, 3, 1],
      [{ answer: { paid: "by hand" } }, "by hand", 0],
      [{ deny: "too much" }, ["denied", "the call of `pay` was denied: too much"], 0],
    ]) {
      const { session: s, calls } = await session();
      const { waiting } = await s.run(code);
      const outcome = await s.resume([{ id: waiting[0].id, ...decision }]);
      assert.deepEqual(outcome.value?.json, expected);
      assert.equal(calls.length, made);
    }
  });

  test("is asked for some calls, and decided one by one", async () => {
    const { session: s, calls } = await session();
    const code = `(await Promise.all([tools.pay({ cents: 1 }), tools.slow(), tools.pay({ cents: 2 }),
      tools.mail.send({ to: "me" }), tools.mail.send({ to: "you" })])).length`;
    const { waiting } = await s.run(code);
    const [a, b, c] = waiting.map(({ id }) => id);
    assert.equal(waiting.length, 3);
    assert.deepEqual(calls, [["mail.send", { to: "me" }]]);
    assert.equal((await s.resume([{ id: b, approve: true }])).waiting.length, 2);
    assert.equal((await s.resume([])).waiting.length, 2);
    assert.equal((await s.resume([{ id: a, approve: true }, { id: c, approve: true }])).value.json, 5);
  });

  test("keeps the session from running other code", async () => {
    const { session: s } = await session();
    await assert.rejects(s.resume([]), SessionError);
    assert.throws(() => s.cancel(), SessionError);
    await s.run("var n = 1; files.write('a', 'old')");
    const { waiting } = await s.run("n = 2; files.write('a', 'new'); await tools.pay({ cents: 1 })");
    await assert.rejects(s.run("n"), /waits for approval of pay/);
    await assert.rejects(s.resume([{ id: 99, approve: true }]), /no call with the number 99/);
    await assert.rejects(s.resume([{ id: waiting[0].id, approve: true, input: { cents: 0 } }]), /does not fit/);
    s.cancel();
    assert.deepEqual(await value(s, "[n, files.read('a')]"), [1, "old"]);
  });

  test("is not asked again when a cell is stopped after it", async () => {
    const { session: s, calls } = await session({ caps: { time: 600 } });
    await s.run("var n = 1");
    const { waiting } = await s.run("n = 2; await tools.pay({ cents: 1 }); for (;;) {}");
    const outcome = await s.resume([{ id: waiting[0].id, approve: true }]);
    assert.equal(outcome.error.kind, "time");
    assert.deepEqual(s.waiting, []);
    assert.equal(await value(s, "n"), 1);
    assert.equal(calls.length, 1);
  });

  test("is part of a fork", async () => {
    const { session: s } = await session();
    const { waiting } = await s.run("(await tools.pay({ cents: 9 })).paid");
    const fork = s.fork();
    assert.notEqual(fork.id, s.id);
    assert.equal((await fork.resume([{ id: waiting[0].id, approve: true }])).value.json, 9);
    assert.equal((await s.resume([{ id: waiting[0].id, deny: "no" }])).error.tool.code, "denied");
  });
});

describe("limits", () => {
  test("a cell that is stopped leaves no trace", async () => {
    const { session: s } = await session({ caps: { time: 500, code: 1_000 }, limits: { memory: 16 << 20, hardMemory: 40 << 20 } });
    await s.run("var n = 1; var list = []; files.write('a', 'old')");
    for (const [code, kind] of [
      ["for (;;) {}", "time"],
      ["for (;;) { await null }", "time"],
      ["await new Promise((done) => setTimeout(done, 10_000))", "time"],
      ["for (;;) await tools.slow()", "time"],
      ["for (;;) list.push(new Uint8Array(1e6))", "memory"],
      ["({ toJSON() { for (;;) {} } })", "time"],
    ]) {
      const outcome = await s.run(`n = 2; files.write('a', 'new'); ${code}`);
      assert.equal(outcome.error?.kind, kind, `${code}: ${JSON.stringify(outcome)}`);
      assert.equal(outcome.rolledBack, true);
      assert.deepEqual(await value(s, "[n, list.length, files.read('a')]"), [1, 0, "old"]);
    }
    await assert.rejects(s.run("1;".repeat(1_000)), /more than the limit of 1000/);
  });

  test("a signal stops a cell", async () => {
    const { session: s } = await session();
    const outcome = await s.run("for (;;) await tools.slow()", { signal: AbortSignal.timeout(50) });
    assert.equal(outcome.error.kind, "stopped");
    assert.equal(outcome.calls.at(-1).end, "stopped");
    assert.equal(await value(s, "1"), 1);
  });

  test("a session runs one cell at a time", async () => {
    const { session: s } = await session();
    const first = s.run("await tools.slow()");
    await assert.rejects(s.run("1"), /a cell of the session runs/);
    assert.throws(() => s.save(), SessionError);
    assert.equal((await first).value.json, "done");
    s.dispose();
    await assert.rejects(s.run("1"), /disposed/);
  });

  test("costs are counted", async () => {
    const { session: s } = await session();
    const { costs } = await s.run("await tools.slow(); await tools.slow(); 1");
    assert.equal(costs.calls, 2);
    assert.ok(costs.toolMilliseconds >= 55 && costs.milliseconds >= costs.toolMilliseconds, JSON.stringify(costs));
    assert.ok(costs.runningMilliseconds < costs.milliseconds / 2, JSON.stringify(costs));
    assert.ok(costs.memory > 10_000 && costs.peakMemory >= costs.memory);
  });
});

test("files are in memory, and their changes are listed", async () => {
  const { session: s } = await session();
  s.writeFile("in/data", new Uint8Array([0, 255]));
  s.writeFile("in/text", "héllo");
  s.acceptChanges();
  const { files } = await s.run("files.write('out', files.read('in/text').toUpperCase()); files.remove('in/text'); files.write('x', '1'); files.remove('x')");
  assert.deepEqual(files, [{ path: "in/text", kind: "removed", size: 0 }, { path: "out", kind: "created", size: 5 }]);
  assert.equal(s.readFile("out"), "HÉLLO");
  assert.deepEqual([...s.readFile("in/data")], [0, 255]);
  assert.equal(s.readFile("in/text"), undefined);
  assert.equal(s.fileChanges().length, 2);
  assert.deepEqual(s.listFiles(), [{ path: "in/data", size: 2 }, { path: "out", size: 5 }]);
  assert.equal(s.removeFile("out"), true);
  assert.throws(() => s.readFile("../x"), /no path of a file/);
});

test("a recursive schema checks a recursive value, and ends", async () => {
  const tree = { type: "object", properties: { children: { type: "array", items: { $ref: "#" } } }, required: ["children"] };
  const { session: s } = await session({ tools: { count: { input: tree, execute: () => 1 } } });
  assert.equal(await value(s, "await tools.count({ children: [{ children: [] }] })"), 1);
  const { error } = await s.run("await tools.count({ children: [{ children: [{}] }] })");
  assert.equal(error.tool.issues[0].path, "/children/0/children/0");
  const deep = "let deep = { children: [] }; for (let i = 0; i < 400; i++) deep = { children: [deep] }; await tools.count(deep)";
  assert.equal((await s.run(deep)).error.tool.code, "invalid-arguments");
  const { session: turning } = await session({ tools: { a: { input: { $ref: "#" }, execute: () => 1 } } });
  assert.equal((await turning.run("await tools.a()")).error.tool.code, "invalid-arguments");
});
