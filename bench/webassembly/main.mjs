// Modules of WebAssembly in Node.js, and in jsvm as native code and interpreted: `./just bench-webassembly`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { photo as draw } from "../../examples/image/photo.js";
import { date, grid, machine, publish } from "../report.mjs";

const HELP = `./just bench-webassembly [--rounds N] [--publish]

  --rounds N   how often each runs (3)
  --publish    also write the table into docs/reference/webassembly.md

JSVM names a program other than target/release/jsvm, NODE a Node.js other than that of the tests.`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    publish: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const packages = join(root, "tests/npm");
const folder = join(root, "target/webassembly");
const photo = join(folder, "photo.jpg");
mkdirSync(folder, { recursive: true });
if (!existsSync(photo)) {
  console.error("drawing a photograph of 4000 x 3000 pixels");
  const codec = join(packages, "node_modules/@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm");
  const encoder = createRequire(join(packages, "package.json")).resolve("@jsquash/jpeg/encode.js");
  const { default: encode, init } = await import(pathToFileURL(encoder));
  await init(await WebAssembly.compile(readFileSync(codec)));
  writeFileSync(photo, new Uint8Array(await encode(draw(4000, 3000), { quality: 92 })));
}

const node = process.env.NODE ?? process.execPath;
const jsvm = process.env.JSVM ?? join(root, "target/release/jsvm");
const program = fileURLToPath(new URL("program.mjs", import.meta.url));
const run = [jsvm, "run", "--memory=2GiB", `--allow-read=${root}`];
const WORLDS = [
  { title: "Node.js", command: [node] },
  { title: "jsvm", command: run },
  { title: "jsvm, interpreted", command: [...run, "--interpret-webassembly"] },
];

const least = new Map();
for (let round = 1; round <= Number(options.rounds); round++) {
  for (const { title, command } of WORLDS) {
    console.error(`round ${round}: ${title}`);
    const [file, ...args] = [...command, program, packages, photo];
    const { status, stdout } = spawnSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    if (status !== 0) throw new Error(`${title} failed`);
    for (const line of stdout.trim().split("\n")) {
      const [name, time] = JSON.parse(line);
      const row = least.get(name) ?? new Map();
      row.set(title, Math.min(time, row.get(title) ?? Infinity));
      least.set(name, row);
    }
  }
}

const shown = (time) => {
  const [unit, scale] = time < 1e3 ? ["ns", 1] : time < 1e6 ? ["µs", 1e3] : time < 1e9 ? ["ms", 1e6] : ["s", 1e9];
  return `${Number((time / scale).toPrecision(3))} ${unit}`;
};
const lines = [["", ...WORLDS.map(({ title }) => title)]];
for (const [name, row] of least) {
  const theirs = row.get("Node.js");
  lines.push([name, ...WORLDS.map(({ title }) => {
    const time = row.get(title);
    return title === "Node.js" ? shown(time) : `${shown(time)} (${Number((time / theirs).toPrecision(2))}×)`;
  })]);
}
const version = (file, ...args) => spawnSync(file, args, { encoding: "utf8" }).stdout.trim();
const text = `${grid(lines)}\n\nMeasured on ${date}, the least of ${options.rounds} rounds, on ${machine}: Node.js ${version(node, "--version")}, ${version(jsvm, "--version")}.`;
console.log(text);
if (options.publish) publish("docs/reference/webassembly.md", "bench-webassembly", text);
