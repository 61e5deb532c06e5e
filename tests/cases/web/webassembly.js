// `WebAssembly`, as Node.js has it. The module is made of webassembly.wat.
const BASE64 =
  "AGFzbQEAAAABJgdgAX8Cf35gBX9+fXxvAGAAAGACf38Bf2ABfwBgAX4BfmABfwF/AiYEAW0DbG9nAAEBbQRwYWlyAAABbQVmYWls" +
  "cwACAW0EYmFzZQN/AAMKCQMBAAIEBQYDAgQEAXAAAwUEAQEBAwYSAn4BQgELfABEAAAAAAAADEALB2YOBm1lbW9yeQIABXRhYmxl" +
  "AQAFY291bnQDAQJwaQMCA2FkZAADBHBsdXMAAwNsb2cABARwYWlyAAUFZmFpbHMABgR0cmFwAAcGc2VsZWN0AAgEc2ltZAAJBHRh" +
  "aWwACgRmaWxsAAsJCAEAQQALAgMKCsUBCQcAIAAgAWoLDgAgACABIAIgAyAEEAALBgAgABABCwQAEAILSwACQAJAAkACQAJAAkAg" +
  "AA4FAAECAwQFCwALQYCABCgCABoPC0EBQQBtGg8LQYCAgIB4QX9tGg8LRAAAAAAAAPh/qhoPC0ECEQIACwgAIAAjAKx8Cx4AIAD9" +
  "Ef0MAQAAAAIAAAADAAAABAAAAP21Af0bAgsWACAABH8gAEEBayABQQJqEgoFIAELCxUAQQhBB0EE/AsAQRBBCEEE/AoAAAsLCgEA" +
  "QQALBGRhdGEAEAVub3Rlc3NvbWUgYnl0ZXMANwRuYW1lAR4FAANsb2cBBHBhaXICBWZhaWxzAwNhZGQKBHRhaWwEBwEABHBhaXIH" +
  "BwEABGJhc2U=";
const bytes = Uint8Array.fromBase64?.(BASE64) ?? new Uint8Array(Buffer.from(BASE64, "base64"));

const show = (name, run) => {
  try {
    console.log(name, run());
  } catch (error) {
    console.log(name, error instanceof WebAssembly.RuntimeError ? "RuntimeError" : error.name);
  }
};
const thrown = new Error("thrown by JavaScript");
const m = {
  log: (...values) => console.log("log", ...values),
  pair: (n) => [n + 1, BigInt(n) ** 10n],
  fails: () => { throw thrown; },
  base: 100,
};

console.log(Object.prototype.toString.call(WebAssembly), Object.keys(WebAssembly).sort().join());
console.log(Object.getOwnPropertyDescriptor(globalThis, "WebAssembly").enumerable);
for (const name of ["CompileError", "LinkError", "RuntimeError"]) {
  const error = WebAssembly[name]("text", { cause: 1 });
  console.log(String(error), error instanceof Error, error instanceof WebAssembly[name], error.cause, Object.keys(error).length,
    WebAssembly[name].length, Object.getPrototypeOf(WebAssembly[name]) === Error);
}
class Own extends WebAssembly.RuntimeError {}
console.log(new Own("x") instanceof Own, new Own("x") instanceof WebAssembly.RuntimeError);

const module = new WebAssembly.Module(bytes);
console.log(WebAssembly.Module.exports(module).map(({ name, kind }) => name + ":" + kind).join());
console.log(WebAssembly.Module.imports(module).map((each) => Object.values(each).join(".")).join());
console.log(WebAssembly.Module.customSections(module, "notes").map((buffer) => String.fromCharCode(...new Uint8Array(buffer))),
  WebAssembly.Module.customSections(module, "none"));
const instance = new WebAssembly.Instance(module, { m });
const e = instance.exports;
console.log(Object.isFrozen(e), Object.getPrototypeOf(e), instance instanceof WebAssembly.Instance);
console.log(e.add === e.plus, e.add === e.table.get(0), e.add.name, e.add.length, e.log.length, "prototype" in e.add);
show("add", () => [e.add(1, 2), e.add(2 ** 31, 0), e.add("5", { valueOf: () => 6.9 }), e.add(), e.add(NaN, -1.9), e.add(2 ** 40 + 3, -(2 ** 33) - 5)].join());
show("add of a BigInt", () => e.add(1n, 2));
show("add of a symbol", () => e.add(Symbol(), 2));
show("new add", () => new e.add(1, 2).constructor);
show("log", () => e.log(-1, 2n ** 63n, 1 / 3, 1 / 3, m));
show("log of null", () => e.log(1e10, -1n, Infinity, -0, null));
show("log of undefined", () => e.log(0, 0n, NaN, NaN));
show("i64 of a number", () => e.select(5));
show("i64", () => [e.select(5n), e.select("7"), e.select(2n ** 64n + 1n), e.select(true)].join());
show("pair", () => e.pair(7));
m.pair = () => [1];
show("pair is read once", () => e.pair(2));
show("fails", () => e.fails());
try { e.fails(); } catch (error) { console.log(error === thrown); }
for (let kind = 0; kind < 6; kind++) show("trap " + kind, () => e.trap(kind));
show("simd", () => e.simd(5));
show("tail", () => e.tail(100000, 1));
show("fill", () => { e.fill(); return [...new Uint8Array(e.memory.buffer, 0, 20)].join(); });
show("count", () => { e.count.value = -5n; return [e.count.value, e.count.valueOf(), e.pi.value].join(); });
show("count of a number", () => { e.count.value = 1; });
show("pi", () => { e.pi.value = 1; });
show("table", () => [e.table.length, e.table.get(1)(3, 4), e.table.get(2), e.table.grow(2, e.add), e.table.length, e.table.get(4)(5, 6)].join());
show("table of another function", () => e.table.set(0, () => 1));
show("table outside", () => e.table.get(5));
show("table set", () => { e.table.set(2, e.tail); e.table.set(1); return [e.table.get(2) === e.tail, e.table.get(1)].join(); });

for (const [name, imports] of Object.entries({
  nothing: undefined, number: 5, empty: {}, "module is a number": { m: 1 }, "no function": { m: { ...m, log: 1 } },
  "base is a BigInt": { m: { ...m, base: 1n } }, "base is mutable": { m: { ...m, base: new WebAssembly.Global({ value: "i32", mutable: true }, 1) } },
  "base has another type": { m: { ...m, base: new WebAssembly.Global({ value: "f32" }, 1) } },
  "function has another type": { m: { ...m, fails: e.add } },
  works: { m: { ...m, fails: e.fill, base: new WebAssembly.Global({ value: "i32" }, 1) } },
})) {
  show(name, () => new WebAssembly.Instance(module, imports) instanceof WebAssembly.Instance);
}
show("not bytes", () => new WebAssembly.Module("text"));
show("no module", () => new WebAssembly.Module(new Uint8Array(8)));
show("validate", () => [WebAssembly.validate(bytes), WebAssembly.validate(new Uint8Array(8)), WebAssembly.validate(bytes.buffer.slice(0, 8))].join());
show("memory", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const before = memory.buffer;
  return [before === memory.buffer, memory.grow(1), before.byteLength, memory.buffer.byteLength].join();
});
show("memory without initial", () => new WebAssembly.Memory({}));
show("memory maximum", () => new WebAssembly.Memory({ initial: 2, maximum: 1 }));
show("memory of text", () => new WebAssembly.Memory({ initial: "2" }).buffer.byteLength);
show("table of externref", () => {
  const table = new WebAssembly.Table({ element: "externref", initial: 2 }, m);
  table.set(0, "text");
  return [table.get(0), table.get(1) === m, table.grow(1), table.get(2)].join();
});
show("global of externref", () => [new WebAssembly.Global({ value: "externref" }).value, new WebAssembly.Global({ value: "externref" }, "x").value].join());
show("global of anyfunc", () => new WebAssembly.Global({ value: "anyfunc" }, e.add).value === e.add);
show("Module without new", () => WebAssembly.Module(bytes));
show("wrong receiver", () => Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, "buffer").get.call({}));

(async () => {
  const wait = async (name, promise) => {
    try {
      console.log(name, await promise);
    } catch (error) {
      console.log(name, error.name);
    }
  };
  await wait("compile", WebAssembly.compile(bytes).then((module) => module instanceof WebAssembly.Module));
  await wait("instantiate", WebAssembly.instantiate(bytes, { m }).then((both) => [Object.keys(both).join(), both.instance.exports.add(1, 2)].join()));
  await wait("instantiate a module", WebAssembly.instantiate(module, { m }).then((instance) => instance.exports.add(1, 2)));
  await wait("compile nothing", WebAssembly.compile());
  await wait("compile no module", WebAssembly.compile(new Uint8Array(4)));
  await wait("instantiate without imports", WebAssembly.instantiate(bytes));
  await wait("instantiate with wrong imports", WebAssembly.instantiate(module, { m: { ...m, log: 1 } }));
  await wait("compileStreaming of bytes", WebAssembly.compileStreaming(bytes));
  const typed = (type, status = 200) => new Response(bytes, { status, headers: { "content-type": type } });
  await wait("compileStreaming", WebAssembly.compileStreaming(typed("application/wasm")).then((module) => module instanceof WebAssembly.Module));
  await wait("instantiateStreaming", WebAssembly.instantiateStreaming(Promise.resolve(typed("application/wasm")), { m }).then(({ instance }) => instance.exports.add(3, 4)));
  await wait("compileStreaming of text", WebAssembly.compileStreaming(typed("text/plain")));
  await wait("compileStreaming of parameters", WebAssembly.compileStreaming(typed("application/wasm; charset=utf-8")));
  await wait("compileStreaming of an error", WebAssembly.compileStreaming(typed("application/wasm", 404)));
  await wait("compileStreaming of a rejection", WebAssembly.compileStreaming(Promise.reject(new RangeError("no"))));
})();
