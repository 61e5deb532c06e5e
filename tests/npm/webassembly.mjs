// Programs as in programs.mjs, of packages that run WebAssembly. Each prints the same in Node.js.
const HASH = `import { createHash } from "node:crypto"; const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");`;

// A photograph that is made, and coded and decoded again.
const image = (name, encoder, decoder) => `${HASH} import { readFileSync } from "node:fs";
import encode, { init as initEncoder } from "@jsquash/${name}/encode.js"; import decode, { init as initDecoder } from "@jsquash/${name}/decode.js";
globalThis.ImageData ??= class { constructor(data, width, height) { Object.assign(this, { data, width, height }); } };
const codec = async (file) => WebAssembly.compile(readFileSync(new URL("../@jsquash/${name}/codec/" + file, import.meta.url)));
await initEncoder(await codec("${encoder}")); await initDecoder(await codec("${decoder}"));
const given = new ImageData(Uint8ClampedArray.from({ length: 64 * 48 * 4 }, (_, index) => (index * 7) & 255), 64, 48);
const coded = await encode(given, { quality: 80 }); log(coded.byteLength, hash(new Uint8Array(coded)));
const { width, height, data } = await decode(coded); log(width, height, hash(data));`;

export const webassembly = {
  "sql.js": `const SQL = await $.default(); const db = new SQL.Database();
db.run("create table t (a, b); insert into t values (1, 'x'), (2, 'y')"); log(db.exec("select * from t"), db.export().length);
const statement = db.prepare("select a from t where b = $b"); log(statement.getAsObject({ $b: "y" })); statement.free();
db.create_function("inc", (x) => x + 1); log(db.exec("select inc(a) from t")[0].values); try { db.run("nonsense"); } catch (error) { log(error.message); }`,
  "web-tree-sitter": `import { createRequire } from "node:module"; await $.Parser.init();
const language = await $.Language.load(createRequire(import.meta.url).resolve("tree-sitter-json/tree-sitter-json.wasm"));
const parser = new $.Parser(); parser.setLanguage(language); const tree = parser.parse('{"a": [1, 2, {"b": null}]}'); log(tree.rootNode.toString());
log(new $.Query(language, "(pair key: (string) @k)").captures(tree.rootNode).map(({ node }) => node.text));`,
  "libsodium-wrappers": `const sodium = $.default; await sodium.ready; const key = new Uint8Array(32).fill(7), nonce = new Uint8Array(24).fill(9);
const boxed = sodium.crypto_secretbox_easy("secret", nonce, key); log(sodium.to_hex(boxed), sodium.to_string(sodium.crypto_secretbox_open_easy(boxed, nonce, key)));
const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(key); log(sodium.crypto_sign_verify_detached(sodium.crypto_sign_detached("m", privateKey), "m", publicKey));
try { sodium.crypto_secretbox_open_easy(boxed, nonce, new Uint8Array(32)); } catch (error) { log(error.message); }`,
  "@jsquash/jpeg": image("jpeg", "enc/mozjpeg_enc.wasm", "dec/mozjpeg_dec.wasm"),
  "@jsquash/webp": image("webp", "enc/webp_enc_simd.wasm", "dec/webp_dec.wasm"),
  "@rollup/wasm-node": `const modules = { main: "import { used } from 'lib'; export const answer = used(20) + 2; export const later = () => import('later');", lib: "export const used = (x) => x * 2; export const unused = () => { throw 1; };", later: "export default class Later {}", bad: "let x = ;" };
const plugins = [{ name: "memory", resolveId: (id) => id, load: (id) => modules[id] }];
const bundle = await $.rollup({ input: "main", plugins });
for (const format of ["es", "cjs"]) for (const chunk of (await bundle.generate({ format, sourcemap: true })).output) log(chunk.fileName, chunk.code ?? String(chunk.source).length, chunk.exports);
await bundle.close(); await $.rollup({ input: "bad", plugins }).catch((error) => log(error.code, error.message, error.loc));`,
  assemblyscript: `import $ from "assemblyscript/asc"; const source = \`export function fib(n: i32): i32 { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
export function hi(s: string): string { return "hi " + s.toUpperCase(); } export function sum(a: Float64Array): f64 { let t = 0.0; for (let i = 0; i < a.length; i++) t += a[i]; return t; }
export function bad(): void { throw new Error("broken"); }\`;
const written = {}; const { error, stderr } = await $.main(["in.ts", "--outFile", "o.wasm", "--bindings", "raw", "-O", "--exportRuntime"], { readFile: (name) => (name === "in.ts" ? source : null), writeFile: (name, content) => { written[name] = content; }, listFiles: () => [] });
log(error?.message, stderr.toString(), Object.keys(written).sort(), written["o.wasm"].length);
const { instantiate } = await import("data:text/javascript," + encodeURIComponent(written["o.js"])); const module = await instantiate(await WebAssembly.compile(written["o.wasm"]), { env: {} });
log(module.fib(15), module.hi("ä"), module.sum(new Float64Array([1, 2, 3.5]))); try { module.bad(); } catch (error) { log(error.message); }`,
  "@tensorflow/tfjs-backend-wasm": `import * as tf from "@tensorflow/tfjs-core"; import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm"; import { layers, sequential } from "@tensorflow/tfjs-layers"; import { fileURLToPath } from "node:url";
setWasmPaths(fileURLToPath(new URL("../@tensorflow/tfjs-backend-wasm/dist/", import.meta.url))); await tf.setBackend("wasm"); await tf.ready(); log(tf.getBackend());
let seed = 1; const random = (length) => Float32Array.from({ length }, () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5);
const model = sequential({ layers: [layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 3, activation: "relu" }), layers.maxPooling2d({ poolSize: 2 }), layers.flatten(), layers.dense({ units: 10, activation: "softmax" })] });
model.setWeights(model.getWeights().map(({ size, shape }) => tf.tensor(random(size), shape))); const out = model.predict(tf.tensor(random(784), [1, 28, 28, 1]));
log(out.shape, Array.from(await out.data(), (x) => x.toFixed(5)).join(" "), tf.argMax(out, 1).dataSync()[0]);`,
  "wasm-bindgen": `import { createRequire } from "node:module"; import { readFileSync } from "node:fs"; import * as bundler from "../../wasm-bindgen/output/bundler/bindings.js"; import initialise, * as web from "../../wasm-bindgen/output/web/bindings.js";
const nodejs = createRequire(import.meta.url)("../../wasm-bindgen/output/nodejs/bindings.cjs"); await initialise({ module_or_path: readFileSync(new URL("../../wasm-bindgen/output/web/bindings_bg.wasm", import.meta.url)) });
for (const [name, module] of Object.entries({ nodejs, bundler, web })) {
  log(name, module.starts(), module.greet("Zoë 🙂")); const counter = new module.Counter("a"); counter.add(41n); counter.add(1n); log(counter.value, counter.label);
  try { counter.add(2n ** 63n - 1n); } catch (error) { log(error.name, error.message); } const joined = module.Counter.joined(counter, new module.Counter("b")); log(joined.value, joined.label);
  try { counter.value; } catch (error) { log(error.message); } log(module.each(new Uint8Array([1, 2, 3]), (byte) => byte * 2)); try { module.each([1], () => { throw new RangeError("from JavaScript"); }); } catch (error) { log(error.name, error.message); }
  log(module.adder(2)(40), module.describe(new Float64Array([1, 2.5]), undefined, [1, "x", null]), await module.later([1, 2, 3])); joined.free();
}`,
  jsdom: `const { window } = new $.JSDOM("<!doctype html><title>T</title><ul><li>a</li><li class=x>b</li></ul><form><input name=q value=1></form>", { url: "https://example.com/a?b=c" }); const { document } = window;
log(document.title, document.querySelector("li.x").textContent, window.location.search); document.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: "<c>" })); log(document.documentElement.outerHTML);
document.body.addEventListener("click", ({ target, type }) => log(target.tagName, type)); document.querySelector("li").click(); log(new window.FormData(document.querySelector("form")).get("q"), window.getComputedStyle(document.body).display);
const seen = []; new window.MutationObserver((all) => seen.push(...all.map(({ type }) => type))).observe(document.body, { childList: true, subtree: true, attributes: true });
document.querySelector("ul").setAttribute("a", "b"); document.querySelector("li").remove(); await null; await null; log(seen);`,
};

// Packages that their programs import by other names. The folder wasm-bindgen has the crate and its output, which
// `wasm-bindgen --no-typescript --target nodejs` (bundler, web) 0.2.130 makes.
export const unnamed = ["wasm-bindgen", "assemblyscript", "@jsquash/jpeg", "@jsquash/webp", "@tensorflow/tfjs-backend-wasm"];
