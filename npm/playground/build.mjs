// Makes a folder of the playground for any static host: node npm/playground/build.mjs FOLDER
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const target = process.argv[2];
if (target === undefined) throw new Error("say where to: node npm/playground/build.mjs FOLDER");
const here = fileURLToPath(new URL(".", import.meta.url));
const npm = join(here, "..");

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const page = (await readdir(here)).filter((name) => name !== "build.mjs");
await Promise.all(page.map((name) => cp(join(here, name), join(target, name))));
await cp(join(npm, "dist"), join(target, "jsvm/dist"), { recursive: true, filter: (path) => !path.endsWith(".d.ts") && !path.includes("quickjs-wasi") });
for (const name of ["js-vm.wasm", "snapshot.wasm", "LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.md"]) {
  await cp(join(npm, name), join(target, "jsvm", name));
}

// What the service worker keeps, and a version that changes with any of it.
const entries = await readdir(target, { recursive: true, withFileTypes: true });
const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(target, join(entry.parentPath, entry.name)));
const kept = files.filter((name) => name !== "sw.js" && /\.(html|css|js|wasm)$/.test(name)).sort();
const hash = createHash("sha256");
for (const name of kept) {
  hash.update(name).update(await readFile(join(target, name)));
}
const version = hash.digest("hex").slice(0, 16);
const list = ["./", ...kept.map((name) => `./${name}`)];
await writeFile(join(target, "files.js"), `self.VERSION = ${JSON.stringify(version)};\nself.FILES = ${JSON.stringify(list, undefined, 1)};\n`);
console.log(`playground: ${list.length} files in ${target}`);
