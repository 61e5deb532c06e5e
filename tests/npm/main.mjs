// Runs programs.mjs, webassembly.mjs and network.mjs in Node.js and in jsvm, and says which print the same:
//   node tests/npm/main.mjs JSVM NODE [--write FILE] [PACKAGE...]
// The packages are those of package-lock.json. With --write, the table in FILE between two comments is replaced.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { difference, output, replacePart } from "./compare.mjs";
import { network, rootless } from "./network.mjs";
import { programs } from "./programs.mjs";
import { unnamed, webassembly } from "./webassembly.mjs";

const all = { ...programs, ...webassembly, ...network };

const [jsvm, node, ...rest] = process.argv.slice(2).map((word, index) => (index < 2 ? resolve(word) : word));
const file = rest[0] === "--write" ? rest.splice(0, 2)[1] : undefined;
const here = import.meta.dirname;
const NETWORK = ["--allow-net=localhost,127.0.0.1", "--allow-listen=localhost"];
const folder = join(here, "node_modules/.programs");
mkdirSync(folder, { recursive: true });

const rows = [];
for (const name of rest.length > 0 ? rest : Object.keys(all)) {
  const program = join(folder, `${name.replaceAll("/", "-")}.mjs`);
  const imported = [...rootless, ...unnamed].includes(name) ? "" : `import * as $ from ${JSON.stringify(name)};`;
  writeFileSync(program, `${imported}\nconst log = console.log;\n${all[name]}\n`);
  const theirs = await output(node, [program], here);
  const ours = await output(jsvm, ["run", "--memory", "256M", `--allow-read=${here}`, "--allow-env", ...(network[name] ? NETWORK : []), program], here);
  const { version } = name === "wasm-bindgen" ? { version: "0.2.130" } : JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
  const why = difference(theirs, ours);
  rows.push({ name, version, same: !why, why });
  console.log(`${why ? "DIFFERS " : "same    "} ${name}@${version} ${why}`);
}
const good = rows.filter(({ same }) => same).length;
console.log(`${good} of ${rows.length} packages print what Node.js prints`);
if (file !== undefined) {
  const table = rows.map(({ name, version, same, why }) => `| \`${name}\` | ${version} | ${same ? "same" : "differs"} | ${why.replaceAll("|", "\\|")} |`);
  replacePart(file, "packages", `${good} of ${rows.length} packages print what Node.js prints.\n\n| package | version | output | why |\n|---|---|---|---|\n${table.join("\n")}\n`);
}
process.exitCode = good === rows.length ? 0 : 1;
