// Runs the programs in Node.js and in jsvm, and says which print the same:
//   node tests/npm-high-impact/main.mjs JSVM NODE [--write FILE] [PACKAGE...]
// The packages are those of package-lock.json. With --write, the tables in FILE are written anew.
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { difference, output, replacePart } from "../npm/compare.mjs";
import { leftOut, libraries, version } from "./list.mjs";
import { programs } from "./programs/all.mjs";
import { reasons } from "./reasons.mjs";

const [jsvm, node, ...rest] = process.argv.slice(2).map((word, index) => (index < 2 ? resolve(word) : word));
const file = rest[0] === "--write" ? rest.splice(0, 2)[1] : undefined;
const here = import.meta.dirname;
const all = libraries();
const missing = all.libraries.filter((name) => !(name in programs));
const surplus = Object.keys(programs).filter((name) => !all.libraries.includes(name));
if (missing.length + surplus.length > 0) throw new Error(`no program for: ${missing.join(", ") || "-"}; not in the list: ${surplus.join(", ") || "-"}`);

// Each run gets this folder empty. It is beside the programs, since jsvm loads modules of their folder alone.
const folder = join(here, "target/run");
const program = join(here, "run.mjs");
const permissions = ["--allow-read", `--allow-write=${folder}`, "--allow-env", "--allow-net=127.0.0.1", "--allow-listen=127.0.0.1"];
async function run(command, args) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return output(command, args, folder);
}

const rows = [];
for (const name of rest.length > 0 ? rest : all.libraries) {
  const theirs = await run(node, [program, name]);
  const why = difference(theirs, await run(jsvm, ["run", ...permissions, program, name]));
  rows.push({ name, version: version(name), why });
  console.log(`${why ? "DIFFERS " : "same    "} ${name}@${version(name)} ${why}`);
}
rmSync(folder, { recursive: true, force: true });
const good = rows.filter(({ why }) => !why).length;
const summary = `${good} of ${rows.length} libraries (${((100 * good) / rows.length).toFixed(1)} %) load and print what Node.js prints.`;
console.log(summary);

if (file !== undefined) {
  const cell = (text) => text.replaceAll("|", "\\|");
  const { stdout } = await output(node, ["--version"], here);
  const table = rows.map(({ name, version, why }) => `| \`${name}\` | ${version} | ${why ? "**differs**" : "same"} | ${cell(why && `${reasons[name] ?? ""} (\`${why.replaceAll("`", "'")}\`)`.trim())} |`);
  replacePart(file, "result", `On ${new Date().toISOString().slice(0, 10)}, with \`npm-high-impact\` ${version("npm-high-impact")} and Node.js ${stdout.trim()}: ${summary}\n`);
  replacePart(file, "libraries", `| library | version | output | reason |\n|---|---|---|---|\n${table.join("\n")}\n`);
  replacePart(file, "left out", `| package | reason |\n|---|---|\n${all.skipped.map((name) => `| \`${name}\` | ${leftOut[name]} |`).join("\n")}\n`);
}
// A library may only differ for a known reason.
process.exitCode = rows.some(({ name, why }) => why && !(name in reasons)) ? 1 : 0;
