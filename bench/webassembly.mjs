// Modules of WebAssembly from JavaScript: what a call costs, and how quick a module is. The same file runs in
// both: `node bench/webassembly.mjs` and `jsvm run --allow-read bench/webassembly.mjs`. The module is made of
// webassembly.wat. With tests/packages installed, SQLite is measured too.
const bytes = Uint8Array.from(atob("AGFzbQEAAAABDAJgAX8Bf2ACf38BfwIHAQFtAWYAAAMFBAEAAAAFAwEAEQcjBQZtZW1vcnkCAANhZGQAAQRiYWNrAAIDZmliAAMDc3VtAAQKXAQHACAAIAFqCxgBAX8DQCABEAAhASAAQQFrIgANAAsgAQscACAAQQJJBH8gAAUgAEEBaxADIABBAmsQA2oLCxwBAX8DQCABIAAtAABqIQEgAEEBayIADQALIAELAB0EbmFtZQEJAgABZgMDZmliAwsCAgEAAWwEAQABbA=="), (letter) => letter.charCodeAt(0));
const module = new WebAssembly.Module(bytes);
const make = () => new WebAssembly.Instance(module, { m: { f: (n) => n + 1 } }).exports;
const data = new Uint8Array(1 << 20).fill(1);

// The least of five times, for one of `count`.
const time = (name, unit, count, run) => {
  let least = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    run(count);
    least = Math.min(least, performance.now() - start);
  }
  const scale = { ns: 1e6, us: 1e3, ms: 1 }[unit];
  console.log(name.padEnd(44), (least / count * scale).toFixed(unit === "ns" ? 0 : 2), unit);
};

// First: in jsvm, an instance that is kept keeps all others, and each of these has a memory of 17 pages.
time("compile and instantiate a small module", "us", 200, (n) => {
  for (let at = 0; at < n; at++) new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { f: () => 0 } });
});
const e = make();
time("call of a module and back", "ns", 100000, (n) => { for (let at = 0; at < n; at++) e.add(at, 1); });
time("call of JavaScript by a module and back", "ns", 100000, (n) => e.back(n));
time("write 1 MiB into a memory", "us", 20, (n) => { for (let at = 0; at < n; at++) new Uint8Array(e.memory.buffer).set(data); });
time("fib(22): 57,313 calls", "us", 1, () => e.fib(22));
time("sum of 1 MiB, byte by byte", "us", 1, () => e.sum(1 << 20));

const read = globalThis.readPackage ?? (await (async () => {
  const { readFileSync } = await import("node:fs");
  return (path) => readFileSync(new URL("../tests/packages/node_modules/" + path, import.meta.url));
})().catch(() => undefined));
const initSqlJs = await import("sql.js").then((found) => found.default).catch(() => undefined);
if (read !== undefined && initSqlJs !== undefined) {
  const SQL = await initSqlJs({ wasmBinary: read("sql.js/dist/sql-wasm.wasm") });
  const db = new SQL.Database();
  db.run("create table t (id integer primary key, name text, value real)");
  const insert = db.prepare("insert into t (name, value) values (?, ?)");
  time("SQLite: a row inserted", "us", 1000, (n) => {
    db.run("begin");
    for (let at = 0; at < n; at++) insert.run(["name " + at, at / 3]);
    db.run("commit");
  });
  const query = db.prepare("select count(*), sum(value) from t where name like '%5%'");
  time("SQLite: a query of 5,000 rows", "ms", 1, () => { query.step(); query.get(); query.reset(); });
}
