// The same calls of both implementations give the same results.
import assert from "node:assert/strict";
import { test } from "node:test";

import { create, OURS, THEIRS, thrown, value } from "./help.mjs";

/** Compares what a function finds in a VM of each. */
function same(title, find, options = () => ({})) {
  test(`${title} as in quickjs-wasi`, async () => {
    const [one, other] = [await create(OURS, options(OURS.api)), await create(THEIRS, options(THEIRS.api))];
    assert.deepEqual(await find(one, OURS.api), await find(other, THEIRS.api));
    one.dispose();
    other.dispose();
  });
}

const VALUES = [
  "undefined", "null", "true", "false", "0", "-1.5", "NaN", "'text'", "''", "'\\u{1F600}\\ud800'", "1n", "2n ** 60n",
  "Symbol('a')", "Symbol.for('b')", "Symbol.iterator", "({})", "[]", "[1, , 'a', [null]]", "(() => 1)", "(class {})",
  "async () => 1", "(function* () {})()", "Promise.resolve(1)", "Promise.reject(1).catch(() => {}) && 1",
  "new Error('x')", "new TypeError('x')", "new (class Own extends Error {})('x')", "new Map([[1, 2]])", "new Set([1])",
  "new WeakMap", "new WeakSet", "new WeakRef({})", "new Date(0)", "/a/gi", "new ArrayBuffer(3)",
  "new DataView(new ArrayBuffer(2))", "new Uint8Array([1, 2])", "new Int8Array([-1])", "new Uint8ClampedArray([300])",
  "new Int16Array([-2])", "new Float32Array([1.5])", "new Float64Array([1.5])", "new BigInt64Array([-1n])",
  "new Uint16Array([1, 2, 3]).subarray(1)", "new Proxy({ a: 1 }, {})", "new Proxy([], {})", "new Proxy(() => 1, {})",
  "Object('x')", "Object(1)", "(function () { return arguments })(1)", "[].values()", "new FinalizationRegistry(() => 1)",
  "({ a: { b: [1n, 'c', undefined] }, get d() { return 4 }, [Symbol('e')]: 5, f() {} })",
  "new (class Point { x = 1; #y = 2; z() {} })", "Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true }, hidden: { value: 2 } })",
  "Object.create(null)", "JSON", "Math", "Object.defineProperty([], 'x', { value: 1, enumerable: true })",
];

const KINDS = [
  "isUndefined", "isNull", "isBool", "isNumber", "isString", "isSymbol", "isBigInt", "isObject", "isArray", "isFunction",
  "isError", "isPromise", "isArrayBuffer", "isProxy", "isMap", "isSet", "isDate", "isRegExp", "isWeakRef", "isWeakMap",
  "isWeakSet", "isDataView",
];

for (const source of VALUES) {
  same(`the kind and conversions of ${source} are`, (vm) => {
    const handle = vm.evalCode(source);
    return {
      kinds: KINDS.filter((kind) => handle[kind]),
      typeof: handle.typeof,
      sameTypeof: vm.typeof(handle) === handle.typeof,
      className: handle.className,
      hasClassId: handle.classId > 0,
      promiseState: handle.promiseState,
      boolean: handle.toBoolean(),
      number: handle.toNumber(),
      text: handle.isSymbol || handle.isNull || /Proxy|create\(null\)|null,/.test(source) ? "" : handle.toString(),
    };
  });

  same(`the copy of ${source} is`, (vm) => {
    const copy = vm.evalCode(source).consume((handle) => vm.dump(handle));
    return copy instanceof Error ? [copy.name, copy.message, copy.stack.trim().split("\n")[0].replace(/\d+:\d+/, "")] : copy;
  });
}

const HOST_VALUES = [
  undefined, null, true, false, 1.5, -0, NaN, "text", "\ud800", 9007199254740993n, Symbol.for("a"),
  [1, [2, "x"], undefined], { a: { b: null }, c: [true] }, new Map([[1, 2]]), new Set([1]), new Date(0), /a/g,
  new ArrayBuffer(2), new Uint8Array([1, 2]), new Uint8Array([1, 2, 3]).subarray(1), new Int16Array([-1, 2]),
  new DataView(new ArrayBuffer(1)), () => 1, { f: () => 1, s: Symbol.for("k") }, new (class { x = 1; get y() { return 2 } })(),
  [new Uint8Array([7])],
];

for (const [index, given] of HOST_VALUES.entries()) {
  const title = typeof given === "object" && given !== null ? given.constructor.name : String(given);
  same(`value ${index} of the host (${title}) is copied in`, (vm) => {
    const handle = vm.hostToHandle(given);
    vm.setProp(vm.global, "given", handle);
    const shown = `typeof given + Object.prototype.toString.call(given) + (typeof given === "symbol" ? Symbol.keyFor(given) : String(given))`;
    return [vm.dump(handle), value(vm, shown), value(vm, "typeof given === 'object' && given !== null ? Object.keys(given) : 0")];
  });
}

same("an error of the host is copied in", (vm) => {
  const error = Object.assign(new RangeError("no"), { code: "ENO" });
  vm.setProp(vm.global, "error", vm.hostToHandle({ inner: error }));
  return value(vm, "[error.inner.name, error.inner.message, error.inner instanceof Error, error.inner.stack.includes('parity')]");
});

same("a local symbol of the host is refused", (vm) => thrown(() => vm.hostToHandle(Symbol("a"))).message);

same("numbers, strings and BigInts are created", (vm) => {
  const made = [vm.newNumber(2), vm.newString("é\0\ud800"), vm.newBigInt(-5n), vm.newObject(), vm.newArray(), vm.newSymbolFor("s")];
  made.push(vm.newArrayBuffer(new Uint8Array([1, 2])), vm.newArrayBuffer(new ArrayBuffer(1)), vm.newUint8Array(new Uint8Array([3])));
  made.push(vm.getUndefined(), vm.getNull(), vm.getTrue(), vm.getFalse(), vm.undefined, vm.null, vm.true, vm.false);
  return made.map((handle) => [vm.dump(handle), handle.typeof, handle.isObject, vm.dump(handle.dup())]);
});

same("errors are created", (vm) =>
  [vm.newError("text"), vm.newError(new TypeError("bad"))].map((error) => {
    vm.setProp(vm.global, "e", error);
    return value(vm, "[e.name, e.message, String(e), e instanceof Error, e instanceof TypeError, typeof e.stack]");
  }));

same("properties are read, set and defined", (vm) => {
  const object = vm.evalCode("({ a: 1, get b() { return this.a + 1 }, [Symbol.for('s')]: 's', 7: 'seven' })");
  const symbol = vm.newSymbolFor("s");
  vm.setProp(object, "c", vm.newString("three"));
  vm.setProp(object, symbol, vm.newNumber(9));
  object.setProp("d\0", vm.newNumber(4));
  vm.defineProp(object, "hidden", vm.newNumber(5));
  object.defineProp("shown", vm.newNumber(6), { enumerable: true, writable: true, configurable: true });
  object.defineProp(vm.newSymbolFor("t"), vm.newNumber(7), { enumerable: true });
  const described = (name) => {
    const found = object.getOwnPropertyDescriptor(name);
    return found && Object.fromEntries(Object.entries(found).map(([key, one]) => [key, typeof one === "boolean" ? one : one.typeof]));
  };
  return {
    dump: vm.dump(object),
    keys: object.keys(),
    names: object.getOwnPropertyNames(),
    all: object.getOwnPropertyKeys().map((key) => (typeof key === "string" ? key : key.typeof)),
    read: ["a", "b", "7", "none", "d\0"].map((name) => vm.dump(object.getProp(name))),
    symbol: vm.dump(vm.getProp(object, symbol)),
    index: vm.dump(vm.getProp(object, vm.newNumber(7))),
    described: ["a", "b", "hidden", "shown", "none", symbol].map(described),
    own: ["a", "hidden", "toString", "d\0"].map((name) => [object.hasOwnProperty(name), object.propertyIsEnumerable(name)]),
    frozen: thrown(() => vm.evalCode("Object.freeze({ a: 1 })").setProp("a", vm.null)).name,
  };
});

same("prototypes, lengths and names of constructors are read", (vm) => [
  vm.evalCode("[1, 2]").length,
  vm.evalCode("'abc'").length,
  vm.evalCode("(a, b) => 1").length,
  vm.evalCode("[]").constructorName,
  vm.evalCode("new (class Own {})").constructorName,
  vm.evalCode("Object.create(null)").constructorName,
  vm.evalCode("({ constructor: null })").constructorName,
  vm.evalCode("[]").getPrototypeOf().isArray,
  vm.evalCode("Object.create(null)").getPrototypeOf().isNull,
  vm.evalCode("1").constructorName,
]);

same("proxies are looked through", (vm) => {
  const proxy = vm.evalCode("new Proxy({ a: 1 }, { get() { throw 1 }, h: 2 })");
  return [
    proxy.isProxy,
    proxy.isMap,
    vm.dump(proxy.getProxyTarget()),
    vm.dump(proxy.getProxyHandler().getProp("h")),
    thrown(() => vm.evalCode("({})").getProxyTarget()).name,
    thrown(() => vm.evalCode("1").getProxyHandler()).constructor.name,
  ];
});

same("identities tell objects apart", (vm) => {
  const [a, b] = [vm.evalCode("globalThis.o = {}"), vm.evalCode("o")];
  const other = vm.evalCode("({})");
  return [a.identity === b.identity, a.identity === other.identity, a.identity > 0, vm.newNumber(1).identity, vm.null.identity];
});

same("functions are called and constructed", (vm) => {
  const add = vm.evalCode("(function (a, b) { return [this?.x, a, b] })");
  const self = vm.hostToHandle({ x: 1 });
  const Point = vm.evalCode("(class Point { constructor(x) { this.x = x } })");
  return [
    vm.dump(vm.callFunction(add, self, vm.newNumber(2), vm.newString("3"))),
    vm.dump(vm.callFunction(add, vm.undefined, vm.newBigInt(1n), vm.newSymbolFor("s"))),
    vm.dump(vm.construct(Point, vm.newNumber(5))),
    thrown(() => vm.construct(add.getProp("name"))).name,
    thrown(() => vm.callFunction(vm.newNumber(1), vm.undefined)).name,
    thrown(() => vm.callFunction(vm.evalCode("() => { throw new RangeError('r') }"), vm.undefined)).message,
  ];
});

same("what is thrown is an exception", (vm, api) =>
  ["throw new TypeError('bad')", "throw 'text'", "throw 7", "throw { name: 'N', message: 'm' }", "1 +", "null.x"].map((source) => {
    const error = thrown(() => vm.evalCode(source, "file.js"));
    const found = [error instanceof api.JSException, error instanceof Error, error.name, typeof error.stack, error.handle.typeof];
    // Messages of the engine itself are clearer in jsvm.
    if (source.startsWith("throw")) found.push(error.message);
    error.dispose();
    return [...found, error.handle.disposed];
  }));

same("host functions get handles, and call the VM", (vm) => {
  const calls = {
    echo: (...args) => args[0] ?? vm.undefined,
    self() {
      return this;
    },
    each: (list, visit) => {
      for (let index = 0; index < list.length; index++) {
        vm.callFunction(visit, vm.undefined, vm.getProp(list, vm.newNumber(index)), vm.newNumber(index)).dispose();
      }
      return vm.undefined;
    },
    make: (name) => vm.hostToHandle({ name: name.toString(), list: [1, { deep: true }] }),
    nested: (depth) => (depth.toNumber() === 0 ? vm.newString("end") : vm.callFunction(vm.global.getProp("nested"), vm.undefined, vm.newNumber(depth.toNumber() - 1))),
    change: (object) => {
      object.setProp("changed", vm.true);
      return object;
    },
    evaluate: (source) => vm.evalCode(source.toString()),
    fail: () => {
      throw new RangeError("host");
    },
    text: () => {
      throw "plain";
    },
  };
  for (const [name, called] of Object.entries(calls)) {
    vm.setProp(vm.global, name, vm.newFunction(name, called));
  }
  const run = `
    const seen = [];
    const own = { a: 1 };
    each(["x", own], (item, index) => seen.push([item, index, item === own]));
    const errors = [];
    for (const call of [fail, text, () => evaluate("throw new SyntaxError('inner')")]) {
      try { call() } catch (error) { errors.push([error.name, error.message, error instanceof Error]) }
    }
    const thrown = {};
    let kept; try { each([1], () => { throw thrown }) } catch (error) { kept = error === thrown }
    ({ seen, errors, kept, length: echo.length, name: echo.name,
       echo: [echo(), echo(1), echo("é\\ud800"), echo(own) === own, echo(5n), echo(null), echo(echo) === echo],
       self: [self.call(own) === own, self.call("s") === "s", self() === undefined],
       make: make("n"), nested: nested(5), change: change(own), evaluate: evaluate("1 + 1") })`;
  return value(vm, run);
});

same("a host function throws an exception that it caught", (vm) => {
  vm.setProp(vm.global, "again", vm.newFunction("again", (called) => vm.callFunction(called, vm.undefined)));
  return value(vm, "const own = new Error('own'); let same; try { again(() => { throw own }) } catch (e) { same = e === own } same");
});

same("names of host functions are unique", (vm) => {
  vm.newFunction("one", () => vm.undefined);
  const twice = thrown(() => vm.newFunction("one", () => vm.undefined)).message;
  vm.setProp(vm.global, "one", vm.newFunction("two", () => vm.newNumber(2)));
  const found = [twice, value(vm, "one()"), vm.unregisterHostCallback("two"), vm.unregisterHostCallback("two")];
  found.push(/not registered/.test(thrown(() => vm.evalCode("one()")).message));
  vm.registerHostCallback("two", () => vm.newNumber(3));
  return [...found, value(vm, "one()")];
});

same("ephemeral functions end with their handle", (vm) => {
  const handle = vm.newEphemeralFunction((a) => vm.newNumber(a.toNumber() * 2));
  vm.setProp(vm.global, "double", handle);
  const before = value(vm, "double(4)");
  handle.dispose();
  return [before, handle.disposed, /not registered/.test(thrown(() => vm.evalCode("double(4)")).message)];
});

same("promises are settled and awaited", async (vm) => {
  const made = [vm.newPromise(), vm.newPromise()];
  vm.setProp(vm.global, "p", made[0].handle);
  vm.setProp(vm.global, "q", made[1].handle);
  vm.evalCode("globalThis.seen = []; p.then((x) => seen.push(x)); q.catch((x) => seen.push(x))").dispose();
  const waiting = [vm.resolvePromise(made[0].handle), vm.resolvePromise(made[1].handle)];
  const settled = Promise.all(made.map((one) => one.settled));
  const states = [made[0].handle.promiseState];
  made[0].resolve(vm.newNumber(1));
  made[0].resolve(vm.newNumber(2));
  made[1].reject(vm.newString("no"));
  states.push(made[0].handle.promiseState, made[1].handle.promiseState);
  const ran = vm.executePendingJobs() > 0;
  const ends = (await Promise.all(waiting)).map((end) => ("value" in end ? ["value", vm.dump(end.value)] : ["error", vm.dump(end.error)]));
  await settled;
  const plain = await vm.resolvePromise(vm.newNumber(5));
  const done = await vm.resolvePromise(vm.evalCode("Promise.resolve('done')"));
  return [states, ran, ends, vm.dump(plain.value), vm.dump(done.value), value(vm, "seen"), vm.executePendingJobs()];
});

same("promises of the host settle those of the VM", async (vm) => {
  const handle = vm.hostToHandle({ ok: Promise.resolve({ a: 1 }), no: Promise.reject(new RangeError("r")) });
  vm.setProp(vm.global, "given", handle);
  const end = await vm.resolvePromise(
    vm.evalCode("Promise.allSettled([given.ok, given.no]).then((all) => all.map((one) => one.value ?? [one.reason.name, one.reason.message]))"),
  );
  const refused = await vm.resolvePromise(vm.hostToHandle(Promise.resolve(Symbol("local"))));
  return [vm.dump(end.value), "error" in refused];
});

same("a VM that ends fails what waits", async (vm) => {
  const { handle, settled } = vm.newPromise();
  const waiting = [vm.resolvePromise(handle), settled];
  waiting.forEach((one) => one.catch(() => {}));
  vm.dispose();
  vm.dispose();
  const ends = await Promise.allSettled(waiting);
  return [ends.map((end) => end.reason.message), thrown(() => vm.evalCode("1")).message, thrown(() => vm.newNumber(1)).message];
});

same("sources are evaluated by their flags", async (vm, { EvalFlags }) => {
  const result = async (source, flags) => {
    const promise = vm.evalCode(source, "<flags>", flags);
    vm.executePendingJobs();
    const end = await vm.resolvePromise(promise);
    return end.value.consume((handle) => (handle.isObject ? handle.keys() : vm.dump(handle)));
  };
  return [
    value(vm, "var declared = 1; this === globalThis"),
    vm.dump(vm.evalCode("(function () { return this })()", "s.js", EvalFlags.STRICT)),
    await result("await Promise.resolve(3)", EvalFlags.ASYNC),
    await result("export const a = await 1; export default 2", EvalFlags.TYPE_MODULE),
    value(vm, "declared"),
    thrown(() => vm.evalCode("await 1")).name,
  ];
});

same("sources are compiled to bytecode", async (vm, { EvalFlags, CompileFlags }) => {
  const source = "globalThis.ran = (globalThis.ran ?? 0) + 1; function named() { throw new Error('x') } named";
  const sizes = [0, CompileFlags.STRIP_SOURCE, CompileFlags.STRIP_DEBUG].map((flags) => vm.compile(source, "c.js", 0, flags).length);
  const bytecode = vm.compile(source);
  const kinds = [vm.evalBytecode(bytecode).typeof, vm.evalBytecode(bytecode).typeof];
  const module = vm.evalBytecode(vm.compile("export const x = 42", "m.js", EvalFlags.TYPE_MODULE));
  vm.executePendingJobs();
  const { value: namespace } = await vm.resolvePromise(module);
  return [kinds, value(vm, "ran"), sizes[2] < sizes[1], sizes[1] < sizes[0], vm.dump(namespace.getProp("x")), /^Compilation error: /.test(thrown(() => vm.compile("1 +")).message)];
});

same("scopes free handles", (vm) => {
  const kept = [];
  const result = vm.withScope((outer) => {
    kept.push(vm.newString("freed"));
    const inner = vm.withScope((scope) => {
      kept.push(vm.newString("inner"));
      return scope.escape(vm.newString("escaped"));
    });
    kept.push(inner);
    return outer.escape(vm.newString("result"));
  });
  thrown(() => vm.withScope(() => {
    kept.push(vm.newNumber(1));
    throw new Error("x");
  }));
  return [kept.map((handle) => handle.disposed), result.toString(), result.disposed, vm.newNumber(1).consume((one) => one.toNumber())];
});

same("singletons are never disposed of", (vm) => {
  for (const handle of [vm.undefined, vm.null, vm.true, vm.false, vm.global]) {
    handle.dispose();
  }
  return [vm.dump(vm.undefined), vm.dump(vm.null), vm.dump(vm.true), vm.dump(vm.false), vm.global.isObject, vm.undefined === vm.undefined, vm.getGlobal().isObject];
});

same("modules are loaded", async (vm, { EvalFlags }) => {
  const run = async (source) => {
    try {
      const promise = vm.evalCode(source, "dir/main.js", EvalFlags.TYPE_MODULE);
      vm.executePendingJobs();
      const end = await vm.resolvePromise(promise);
      return "value" in end ? end.value.keys().map((key) => vm.dump(end.value.getProp(key))) : ["error", end.error.getProp("message").toString()];
    } catch (error) {
      return ["thrown", error.message];
    }
  };
  return [
    await run("import { b } from './b.js'; export const sum = b + 1"),
    await run("export const late = (await import('./b.js')).b"),
    await run("import './missing.js'"),
    await run("import './promise.js'").then(([kind, text]) => [kind, text.slice(0, 40)]),
  ];
}, () => ({
  moduleLoader: {
    normalize: (base, specifier) => specifier.replace(/^\.\//, base.replace(/[^/]*$/, "")),
    load: (name) => {
      if (name === "dir/b.js") return "export const b = 41";
      if (name === "dir/promise.js") return Promise.resolve("");
      throw new Error(`not found: ${name}`);
    },
  },
}));

same("an interrupt handler stops scripts", (vm, api) => {
  const error = thrown(() => vm.evalCode("for (;;);"));
  return [error instanceof api.JSException, error.name, error.message, error.handle.isError, value(vm, "1 + 1")];
}, () => {
  let polls = 0;
  return { interruptHandler: () => ++polls % 5 === 0 };
});

same("a fixed time zone is that of dates", (vm) => value(vm, "[new Date(0).getTimezoneOffset(), new Date(0).getHours(), new Date(2020, 0, 1).getTime()]"), () => ({ timezoneOffset: 480 }));
same("the time zone of a function is that of dates", (vm) =>
  value(vm, "[0, 1.6e12, 1.75e12].map((time) => [new Date(time).getTimezoneOffset(), new Date(time).getHours()])"),
() => ({ timezoneOffset: (time) => (new Date(time * 1000).getUTCMonth() > 5 ? -120 : -60) }));
same("the time zone of the host is that of dates", (vm) => value(vm, "[0, 1.6e12, 1.75e12].map((time) => new Date(time).getTimezoneOffset())"));

same("rejections are reported", async (vm, api) => {
  vm.evalCode("globalThis.late = Promise.reject(new Error('first'))").dispose();
  vm.executePendingJobs();
  vm.evalCode("late.catch(() => {})").dispose();
  vm.executePendingJobs();
  const quiet = vm.evalCode("Promise.reject(2)");
  vm.markPromiseHandled(quiet);
  return reports.splice(0).filter(([reason]) => reason !== 2);
}, () => ({
  onUnhandledRejection: (promise, reason, isHandled) => {
    reports.push([reason.isNumber ? reason.toNumber() : reason.getProp("message").toString(), promise.isPromise, isHandled]);
  },
}));
const reports = [];

same("handles are exported and imported", (vm) => {
  const handle = vm.evalCode("globalThis.kept = { a: 1 }");
  const token = vm.exportHandle(handle);
  const again = vm.importHandle(token);
  return [
    again.identity === handle.identity,
    vm.dump(again),
    Number.isInteger(token),
    thrown(() => vm.importHandle(-1)).message,
    thrown(() => vm.importHandle(1.5)).message,
    thrown(() => vm.exportHandle(handle.consume((one) => one))).message,
  ];
});

same("the collector is controlled", (vm) => {
  vm.runGC();
  vm.gcThreshold = 5_000_000;
  return [vm.gcThreshold, vm.getAllocatedSize() > 0, vm.getMemoryUsage().objCount > 0, Object.keys(vm.getMemoryUsage()).sort()];
});

same("the constants are", (_, api) => [api.EvalFlags, api.CompileFlags, api.Intrinsics, api.MAX_STACK_SIZE]);
same("exports are", (_, api) => Object.keys(api).filter((name) => name !== "QuickJS").sort());
same("options out of range are refused", async (_, api) => {
  const wasm = api === OURS.api ? OURS.wasm : THEIRS.wasm;
  return api.QuickJS.create({ wasm, maxStackSize: 1e9 }).catch((error) => [error.name, error.message]);
});
// quickjs-wasi has no `Atomics`.
same("global names but `Atomics` are", (vm) =>
  value(vm, "Object.getOwnPropertyNames(globalThis)").filter((name) => name !== "Atomics").sort(),
);
