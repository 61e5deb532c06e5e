// Where this package differs from quickjs-wasi: each row of the table in the documentation has a test.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { EngineError, EngineTrap } from "../../dist/index.js";
import { create, extension, OURS, thrown, value, vm } from "./help.mjs";

const { EvalFlags, Intrinsics, JSException, QuickJS } = OURS.api;

test("without an engine, that of the package is taken", async () => {
  const one = await QuickJS.create();
  assert.equal(value(one, "6 * 7"), 42);
  assert.equal((await QuickJS.create({ memoryLimit: 8 << 20 })).evalCode("1").toNumber(), 1);
  assert.equal(one.versions["quickjs-wasi"], "3.7.0");
  assert.match(one.versions.quickjs, /^0\./);
});

test("engines come as bytes, parts of buffers and modules", async () => {
  const shifted = new Uint8Array(OURS.wasm.length + 3);
  shifted.set(OURS.wasm, 3);
  for (const wasm of [OURS.wasm, new Uint8Array(OURS.wasm).buffer, shifted.subarray(3), new WebAssembly.Module(OURS.wasm)]) {
    assert.equal((await QuickJS.create(wasm)).evalCode("1").toNumber(), 1);
    assert.equal((await QuickJS.create({ wasm })).evalCode("1").toNumber(), 1);
  }
});

test("another engine is refused", async () => {
  const theirs = await readFile(new URL("../../node_modules/quickjs-wasi/quickjs.wasm", import.meta.url));
  await assert.rejects(QuickJS.create(theirs), EngineError);
  await assert.rejects(QuickJS.create({ wasm: new Uint8Array(8) }), EngineError);
  await assert.rejects(QuickJS.create({ wasm: await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) }), EngineError);
});

test("options that do not exist are refused", async () => {
  await assert.rejects(QuickJS.create({ memorylimit: 1 }), /there is no option "memorylimit": wasm, /);
  await assert.rejects(QuickJS.create({ memoryLimit: "4M" }), RangeError);
  await assert.rejects(QuickJS.create({ timezoneOffset: "Europe/Berlin" }), /timezoneOffset is 'host'/);
  await assert.rejects(QuickJS.create({ timezoneOffset: 2000 }), RangeError);
  await assert.rejects(QuickJS.create({ timezoneOffset: () => NaN }), RangeError);
});

test("extensions are those that the engine has", async () => {
  const names = ["url", "encoding", "headers", "crypto", "structured-clone"];
  const bare = await vm();
  assert.equal(value(bare, "typeof URL + typeof TextEncoder + typeof Headers + typeof crypto + typeof structuredClone"), "undefined".repeat(5));
  const full = await vm({ extensions: await Promise.all(names.map(async (name) => ({ name, wasm: await extension(name) }))) });
  assert.equal(value(full, "new URL('https://a.example/b?c=1').searchParams.get('c')"), "1");
  assert.deepEqual(value(full, "new TextDecoder().decode(new TextEncoder().encode('é'))"), "é");
  assert.equal(value(full, "new Headers({ A: 'b' }).get('a')"), "b");
  assert.deepEqual(value(full, "structuredClone({ a: [1] })"), { a: [1] });
  assert.equal(value(full, "crypto.getRandomValues(new Uint8Array(4)).length + typeof crypto.randomUUID()"), "4string");
  const named = await vm({ extensions: [{ name: "mine", initFn: "qjs_ext_url_init" }] });
  assert.equal(value(named, "new URL('https://a.example').host"), "a.example");
  await assert.rejects(vm({ extensions: [{ name: "sqlite", wasm: new Uint8Array(8) }] }), /"sqlite" is not part of this engine.*url, encoding/);
});

test("the files of extensions can be resolved", async () => {
  for (const name of ["url", "encoding", "headers", "crypto", "structured-clone"]) {
    const bytes = await readFile(new URL(import.meta.resolve(`jsvm-engine/quickjs-wasi/${name}.so`)));
    assert.ok((await WebAssembly.compile(bytes)) instanceof WebAssembly.Module);
  }
  const engine = await readFile(new URL(import.meta.resolve("jsvm-engine/quickjs-wasi/quickjs.wasm")));
  assert.equal((await QuickJS.create(engine)).evalCode("1").toNumber(), 1);
});

test("parts of the language are left out", async () => {
  for (const [flag, name] of [
    ["DATE", "Date"], ["REGEXP", "RegExp"], ["JSON", "JSON"], ["PROXY", "Proxy"], ["MAP_SET", "Map"],
    ["TYPED_ARRAYS", "Uint8Array"], ["PROMISE", "Promise"], ["WEAK_REF", "WeakRef"], ["PERFORMANCE", "performance"],
    ["ATOB_BTOA", "atob"],
  ]) {
    const one = await vm({ intrinsics: Intrinsics.ALL & ~Intrinsics[flag] });
    assert.equal(value(one, `typeof ${name}`), "undefined", flag);
    assert.equal(value(one, "1 + 1"), 2);
  }
  const all = await vm({ intrinsics: Intrinsics.ALL });
  assert.equal(value(all, "typeof Date"), "function");
  const none = await vm({ intrinsics: Intrinsics.ALL & ~Intrinsics.EVAL });
  // The embedder still evaluates source; scripts do not.
  assert.equal(value(none, "1 + 1"), 2);
  assert.equal(thrown(() => none.evalCode("eval('1')")).name, "EvalError");
  const exceptions = await vm({ intrinsics: Intrinsics.ALL & ~(Intrinsics.DOM_EXCEPTION | Intrinsics.ATOB_BTOA) });
  assert.equal(value(exceptions, "typeof DOMException"), "undefined");
});

test("a script can catch that memory is short", async () => {
  const one = await vm({ memoryLimit: 4 << 20 });
  assert.equal(value(one, "try { new Array(1e7).fill('x'.repeat(1000)); 0 } catch (error) { error.message }"), "out of memory");
  const error = thrown(() => one.evalCode("const all = []; for (;;) all.push(new Array(1000).fill(1.5))"));
  assert.ok(error instanceof JSException);
  assert.deepEqual([error.name, error.message], ["InternalError", "out of memory"]);
  error.dispose();
  assert.equal(value(one, "1 + 1"), 2);
  assert.ok(one.getAllocatedSize() > 0);
  assert.equal(one.getMemoryUsage().mallocLimit, 4 << 20);
});

test("a getter that throws is an exception", async () => {
  const one = await vm();
  const object = one.evalCode("({ get a() { throw new RangeError('no') }, toString() { throw new RangeError('text') } })");
  for (const work of [() => object.getProp("a"), () => one.dump(object), () => object.toString(), () => one.getProp(one.null, one.newString("x"))]) {
    assert.ok(thrown(work) instanceof JSException);
  }
  assert.equal(one.getException().isUndefined, true);
  assert.equal(thrown(() => one.evalCode("Object.freeze({})").defineProp("a", one.null)).name, "TypeError");
  assert.equal(thrown(() => one.evalCode("throw undefined")).message, "undefined");
});

test("BigInts are of any size, and names mean what they say", async () => {
  const one = await vm();
  assert.equal(one.dump(one.newBigInt(2n ** 100n)), 2n ** 100n);
  assert.equal(one.evalCode("-(2n ** 80n)").toBigInt(), -(2n ** 80n));
  assert.equal(thrown(() => one.evalCode("'x'").toBigInt()).message, "Failed to convert value to BigInt");
  assert.deepEqual(Object.keys(value(one, "({ ['__proto__']: 1 })")), ["__proto__"]);
  const cycle = { a: [] };
  cycle.a.push(cycle);
  one.setProp(one.global, "cycle", one.hostToHandle(cycle));
  assert.equal(value(one, "cycle.a[0] === cycle"), true);
  assert.equal(value(one, "new DOMException('a')").message, "a");
  assert.equal(value(one, "new SharedArrayBuffer(2)").byteLength, 2);
  assert.equal(one.evalCode("'text'").identity, 0);
  assert.equal(one.evalCode("({})").classId, one.evalCode("({})").classId);
  assert.notEqual(one.evalCode("({})").classId, one.evalCode("[]").classId);
});

test("a handle is not used after it was disposed of, nor by another VM", async () => {
  const [one, other] = [await vm(), await vm()];
  const handle = one.evalCode("({})");
  handle.dispose();
  handle.dispose();
  assert.equal(handle.disposed, true);
  assert.match(thrown(() => handle.getProp("a")).message, /the handle was disposed/);
  const foreign = other.evalCode("({})");
  assert.match(thrown(() => one.setProp(one.global, "a", foreign)).message, /different VM/);
  assert.match(thrown(() => one.exportHandle(foreign)).message, /different VM/);
  assert.match(thrown(() => one.hostToHandle({ foreign })).message, /different VM/);
  one.dispose();
  assert.match(thrown(() => foreign.dispose() ?? one.global).message, /has been disposed/);
});

test("the arguments of a host function end with the call", async () => {
  const one = await vm();
  const kept = [];
  one.setProp(one.global, "keep", one.newFunction("keep", function (object, ...rest) {
    object.dispose();
    assert.equal(object.disposed, false);
    kept.push(this, object, object.dup(), ...rest);
    assert.match(thrown(() => one.exportHandle(object)).message, /dup\(\) it/);
    return object;
  }));
  assert.equal(value(one, "const o = {}; keep(o, 1, 2, 3, 4, o, null) === o"), true);
  // The receiver is `vm.undefined`, which lives as long as the VM.
  assert.deepEqual(kept.map((handle) => handle.disposed), [false, true, false, true, true, true, true, true, true]);
  kept.length = 0;
  assert.equal(value(one, "const holder = { keep }; holder.keep(o) === o"), true);
  assert.deepEqual(kept.map((handle) => handle.disposed), [true, true, false]);
});

test("a host function gets its arguments and its receiver, however it is called", async () => {
  const one = await vm();
  const seen = [];
  one.setProp(one.global, "see", one.newFunction("see", function (...args) {
    seen.push([this, ...args].map((handle) => (handle.isFunction ? "function" : one.dump(handle))));
    return args.length === 0 ? one.null : args.at(-1).dup();
  }));
  const calls = [
    ["see()", [undefined], null],
    ["see(undefined)", [undefined, undefined], undefined],
    ["see(1, undefined)", [undefined, 1, undefined], undefined],
    ["see(null)", [undefined, null], null],
    ["see(true, 'a', -0, NaN)", [undefined, true, "a", -0, NaN], NaN],
    ["see('\\ud800')", [undefined, "\ud800"], "\ud800"],
    ["see(5n, 1)", [undefined, 5n, 1], 1],
    ["see({ a: 1 }, 2, [3], 'x')", [undefined, { a: 1 }, 2, [3], "x"], "x"],
    ["see(1, 2, 3, 4, 5)", [undefined, 1, 2, 3, 4, 5], 5],
    ["see(1, 2, 3, 4, 5, {})", [undefined, 1, 2, 3, 4, 5, {}], {}],
    ["see.call(7, 1)", [7, 1], 1],
    ["see.call({ b: 1 })", [{ b: 1 }], null],
    ["see.apply(null, [1, 2])", [null, 1, 2], 2],
    ["({ c: 1, see }).see(see, 1)", [{ c: 1, see: undefined }, "function", 1], 1],
    ["[0].map(see)[0].length", [undefined, 0, 0, [0]], 1],
    ["see.length + see.name", undefined, "0see"],
  ];
  for (const [code, expected, result] of calls) {
    seen.length = 0;
    assert.deepEqual(one.evalCode(code).consume((handle) => one.dump(handle)), result, code);
    if (expected !== undefined) {
      assert.deepEqual(seen, [expected], code);
    }
  }
  // What scripts do to the language changes nothing.
  one.evalCode(`Object.defineProperty(Array.prototype, 2, { set() { throw 1 } });
    Array.prototype[Symbol.iterator] = null; Object.defineProperty(Object.prototype, "kept", { get() { throw 2 } })`).dispose();
  seen.length = 0;
  assert.deepEqual(one.evalCode("see({ d: 1 }, 2, 3)").toNumber(), 3);
  assert.deepEqual(seen, [[undefined, { d: 1 }, 2, 3]]);
  // No name of the VM's side is taken by a function that is named like it.
  for (const name of ["=", "@", "=see", "@see", ""]) {
    one.setProp(one.global, "named", one.newFunction(name, () => one.newString(name)));
    assert.equal(value(one, "named({})"), name);
    assert.equal(value(one, "named()"), name);
  }
});

test("host functions call each other, and a stop inside of one leaves the others as they are", async () => {
  let stop = false;
  const one = await vm({ interruptHandler: () => stop });
  const define = (name, called) => one.setProp(one.global, name, one.newFunction(name, called));
  define("apply", function (called, argument) {
    const result = one.callFunction(called, this, argument);
    assert.equal(this.getProp("n").consume((n) => n.toNumber()), 1);
    return result;
  });
  define("spin", (object) => {
    stop = true;
    const error = thrown(() => one.evalCode("for (;;) {}"));
    stop = false;
    assert.match(error.message, /interrupted/);
    return object;
  });
  const code = "const o = { n: 1, apply }; const inner = function (x) { return [this === o, x.a, spin(x) === x].join() };";
  assert.equal(value(one, `${code} o.apply((x) => o.apply(inner, { a: x }), 5)`), "true,5,true");
  define("fail", (object) => { throw new RangeError(`no ${object.getProp("a").consume((a) => a.toString())}`); });
  assert.equal(value(one, "try { fail({ a: 3 }) } catch (e) { e.name + e.message }"), "RangeErrorno 3");
  // A thrown `null` of the VM is no sign of one of the embedder.
  define("rethrow", (called) => one.callFunction(called, one.undefined));
  assert.equal(value(one, "try { rethrow(() => { throw null }) } catch (e) { String(e) }"), "null");
});

test("a host function that returns no handle throws in the script", async () => {
  const one = await vm();
  const results = { none: () => {}, number: () => 1, promise: async () => one.undefined, host: () => ({}) };
  for (const [name, called] of Object.entries(results)) {
    one.setProp(one.global, name, one.newFunction(name, called));
    assert.match(value(one, `try { ${name}() } catch (error) { error.message }`), /return a handle, such as vm\.undefined/);
  }
  assert.throws(() => one.newFunction("text", "text"), TypeError);
});

test("host functions can end the VM, be stopped, and exhaust the stack", async () => {
  let stop = false;
  const one = await vm({ interruptHandler: () => stop });
  const define = (name, called) => one.setProp(one.global, name, one.newFunction(name, called));
  define("spin", () => {
    stop = true;
    try {
      return one.evalCode("for (;;);");
    } finally {
      stop = false;
    }
  });
  define("who", function (object) {
    // The frame is found after a call inside was stopped.
    try {
      one.callFunction(one.global.getProp("spin"), one.undefined);
    } catch (error) {
      assert.equal(error.message, "interrupted");
    }
    return one.hostToHandle([this, object]);
  });
  assert.equal(value(one, "const self = {}, arg = {}; const [a, b] = who.call(self, arg); a === self && b === arg"), true);
  assert.equal(value(one, "const [c] = who.call(self, arg); c === self"), true);
  define("deep", () => one.callFunction(one.global.getProp("deep"), one.undefined));
  const error = thrown(() => one.evalCode("deep()"));
  assert.ok(error instanceof JSException || error instanceof EngineTrap, String(error));
  const other = await vm();
  other.setProp(other.global, "end", other.newFunction("end", () => {
    other.dispose();
    return undefined;
  }));
  thrown(() => other.evalCode("end()").toNumber());
  assert.match(thrown(() => other.evalCode("1")).message, /has been disposed/);
});

test("a trap inside of a host call ends the VM, and no other", async () => {
  const [one, other] = [await vm(), await vm()];
  let seen;
  one.setProp(one.global, "trap", one.newFunction("trap", () => {
    try {
      // The host's own stack ends here, inside of the VM.
      const recurse = () => {
        try {
          return recurse();
        } catch {
          return one.evalCode("[1].map((x) => x)");
        }
      };
      return recurse();
    } catch (error) {
      seen = error;
      return one.undefined;
    }
  }));
  try {
    one.evalCode("trap()");
  } catch (error) {
    if (seen instanceof EngineTrap) assert.equal(error, seen);
  }
  if (seen instanceof EngineTrap) assert.ok(thrown(() => one.evalCode("1")) instanceof EngineTrap);
  assert.equal(value(other, "1 + 1"), 2);
});

test("snapshots are not taken during a call", async () => {
  const one = await vm();
  one.setProp(one.global, "freeze", one.newFunction("freeze", () => {
    one.snapshot();
    return one.undefined;
  }));
  assert.match(thrown(() => one.evalCode("freeze()")).message, /the VM is running/);
});

test("what an interrupt handler throws comes out", async () => {
  const one = await vm({
    interruptHandler: () => {
      throw new Error("handler");
    },
  });
  assert.equal(thrown(() => one.evalCode("for (;;);")).message, "handler");
});

test("promises of the host that cannot settle end the VM", async () => {
  let stop = false;
  const one = await vm({ interruptHandler: () => stop });
  const { settled } = one.newPromise();
  settled.catch(() => {});
  one.setProp(one.global, "later", one.hostToHandle(Promise.resolve(1)));
  one.evalCode("later.then(() => { for (;;); })").dispose();
  stop = true;
  await new Promise((resolve) => setTimeout(resolve, 20));
  stop = false;
  // An interrupt is none of these failures.
  assert.equal(value(one, "1"), 1);
});

test("rejections that a handler gets in time are not reported", async () => {
  const told = [];
  const one = await vm({ onUnhandledRejection: (_, reason, isHandled) => told.push([reason.toNumber(), isHandled]) });
  one.evalCode("Promise.reject(1).catch(() => {}); Promise.reject(2)").dispose();
  assert.deepEqual(told, [[2, false]]);
});

test("flags that have no meaning here are accepted", async () => {
  const one = await vm();
  assert.equal(one.evalCode("1", "a.js", EvalFlags.BACKTRACE_BARRIER).toNumber(), 1);
  const compiled = one.evalCode("globalThis.ran = 5", "a.js", EvalFlags.COMPILE_ONLY);
  assert.equal(value(one, "typeof ran"), "undefined");
  one.callFunction(compiled, one.undefined).dispose();
  assert.equal(value(one, "ran"), 5);
  assert.throws(() => one.evalBytecode(new Uint8Array([1, 2, 3])), JSException);
});

test("replacements of WASI's functions that fail are told of", async () => {
  await assert.rejects(vm({ wasi: () => ({ clock_time_get: () => 28 }) }), /wasi\.clock_time_get returned 28: return 0/);
  const random = await vm({
    extensions: [{ name: "crypto", wasi: (memory) => ({ random_get: (at, size) => (new Uint8Array(memory.buffer, at, size).fill(7), 0) }) }],
  });
  assert.deepEqual([...value(random, "crypto.getRandomValues(new Uint8Array(3))")], [7, 7, 7]);
});
