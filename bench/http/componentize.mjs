// Builds `programs/event.js` with componentize-js: `node componentize.mjs FOLDER`. The WIT of wasi:http is
// that of the crate wasmtime-wasi-http, which cargo has fetched, in the version that
// componentize-js knows.
import { componentize } from "@bytecodealliance/componentize-js";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The version of WASI that is built into componentize-js 0.23. */
const WASI = "0.2.10";

const folder = process.argv[2];
const root = new URL("../../", import.meta.url).pathname;
const metadata = execFileSync("cargo", ["metadata", "--format-version", "1"], { cwd: root, maxBuffer: 1 << 30 });
const { packages } = JSON.parse(metadata);
const source = packages.find(({ name }) => name === "wasmtime-wasi-http");
const known = join(dirname(source.manifest_path), "wit", "deps");
const wit = join(folder, "wit");
rmSync(wit, { recursive: true, force: true });
mkdirSync(join(wit, "deps"), { recursive: true });
for (const file of readdirSync(known)) {
  const text = readFileSync(join(known, file), "utf8");
  // `@0.2.12`, and `@since(version = 0.2.12)`, which must not be later than that.
  const older = text.replace(/(@|version = )0\.2\.1[12]\b/g, `$1${WASI}`);
  writeFileSync(join(wit, "deps", file), older);
}
writeFileSync(join(wit, "world.wit"), `package bench:http;\n\nworld server {\n  include wasi:http/proxy@${WASI};\n}\n`);
const program = readFileSync(new URL("programs/event.js", import.meta.url), "utf8");
const { component } = await componentize(program, { witPath: wit, worldName: "server" });
writeFileSync(join(folder, "componentize-js.wasm"), component);
