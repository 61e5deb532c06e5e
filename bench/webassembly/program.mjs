// What modules of WebAssembly cost from JavaScript: a line of JSON for each row. The same file runs in Node.js and in
// jsvm; main.mjs compares them. The small module is made of module.wat, the others are of packages of tests/npm.
//
// `program.mjs PACKAGES PHOTO`: a folder with node_modules, and a photograph.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [packages, photo] = process.argv.slice(2);
const require = createRequire(join(packages, "package.json"));
const load = (path) => import(pathToFileURL(require.resolve(path)).href);
const file = (path) => readFileSync(join(packages, "node_modules", path));

const small = Uint8Array.from(atob("AGFzbQEAAAABDAJgAX8Bf2ACf38BfwIHAQFtAWYAAAMFBAEAAAAFAwEAEQcjBQZtZW1vcnkCAANhZGQAAQRiYWNrAAIDZmliAAMDc3VtAAQKXAQHACAAIAFqCxgBAX8DQCABEAAhASAAQQFrIgANAAsgAQscACAAQQJJBH8gAAUgAEEBaxADIABBAmsQA2oLCxwBAX8DQCABIAAtAABqIQEgAEEBayIADQALIAELAB0EbmFtZQEJAgABZgMDZmliAwsCAgEAAWwEAQABbA=="), (letter) => letter.charCodeAt(0));
const imports = { m: { f: (n) => n + 1 } };

// The least of some times, for one of `count`, in nanoseconds.
const time = (name, count, run, rounds = 5) => {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    run(count);
    least = Math.min(least, performance.now() - start);
  }
  console.log(JSON.stringify([name, least / count * 1e6]));
};
const repeat = (run) => (count) => { for (let at = 0; at < count; at++) run(at); };

const sqlite = file("sql.js/dist/sql-wasm.wasm");
time("compile and instantiate a module of 250 bytes", 100, repeat(() => {
  new WebAssembly.Instance(new WebAssembly.Module(small), imports).exports.add(1, 2);
}));
time("compile a module of 650 KB", 1, repeat(() => new WebAssembly.Module(sqlite)), 3);

const e = new WebAssembly.Instance(new WebAssembly.Module(small), imports).exports;
time("call of a module with two numbers, and back", 100_000, repeat((at) => e.add(at, 1)));
time("call of JavaScript by a module, and back", 100_000, (count) => e.back(count));
const data = new Uint8Array(1 << 20).fill(1);
time("write 1 MiB into a memory, and read it", 20, repeat(() => {
  new Uint8Array(e.memory.buffer).set(data);
  new Uint8Array(e.memory.buffer).slice(0, 1 << 20);
}));
time("fib(27): 832,040 calls in a module", 1, () => e.fib(27));
time("sum of 1 MiB, byte by byte", 1, () => e.sum(1 << 20));

const SQL = await (await load("sql.js")).default({ wasmBinary: sqlite });
const db = new SQL.Database();
db.run("create table t (id integer primary key, name text, value real)");
const insert = db.prepare("insert into t (name, value) values (?, ?)");
time("SQLite: insert a row", 1000, (count) => {
  db.run("begin");
  for (let at = 0; at < count; at++) insert.run(["name " + at, at / 3]);
  db.run("commit");
});
const query = db.prepare("select count(*), sum(value) from t where name like '%5%'");
time("SQLite: a query over 5,000 rows", 1, () => { query.step(); query.get(); query.reset(); });

const { default: decode, init } = await load("@jsquash/jpeg/decode.js");
globalThis.ImageData ??= class { constructor(data, width, height) { Object.assign(this, { data, width, height }); } };
await init(await WebAssembly.compile(file("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm")));
const encoded = new Uint8Array(readFileSync(photo)).buffer;
let start = performance.now();
const picture = await decode(encoded);
console.log(JSON.stringify(["decode a photograph of " + picture.width * picture.height / 1e6 + " megapixels", (performance.now() - start) * 1e6]));

const tf = await load("@tensorflow/tfjs-core");
const { setWasmPaths } = await load("@tensorflow/tfjs-backend-wasm");
const { layers, sequential } = await load("@tensorflow/tfjs-layers");
setWasmPaths(join(packages, "node_modules/@tensorflow/tfjs-backend-wasm/dist/"));
await tf.setBackend("wasm");
await tf.ready();
let seed = 1;
const random = (length) => Float32Array.from({ length }, () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5);
const model = sequential({ layers: [
  layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 3, activation: "relu" }),
  layers.maxPooling2d({ poolSize: 2 }), layers.flatten(), layers.dense({ units: 10, activation: "softmax" }),
] });
model.setWeights(model.getWeights().map(({ size, shape }) => tf.tensor(random(size), shape)));
const image = tf.tensor(random(784), [1, 28, 28, 1]);
time("inference: a digit of 28 x 28 pixels, by tfjs", 20, repeat(() => model.predict(image).dataSync()));
