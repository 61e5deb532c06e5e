// Runs programs.mjs in Node.js and in jsvm, and says which print the same:
//   node tests/sweep/main.mjs JSVM FOLDER [--write FILE] [PACKAGE...]
// The packages are installed into FOLDER, in the versions of today.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { difference, output, replacePart } from "../npm/compare.mjs";
import { programs } from "./programs.mjs";

const run = promisify(execFile);
const [jsvm, place, ...rest] = process.argv.slice(2);
const folder = resolve(place);
const file = rest[0] === "--write" ? rest.splice(0, 2)[1] : undefined;
const names = rest.length > 0 ? rest : Object.keys(programs);

await mkdir(folder, { recursive: true });
await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
const missing = names.filter((name) => !existsSync(join(folder, "node_modules", name, "package.json")));
for (let start = 0; start < missing.length; start += 40) {
  const part = missing.slice(start, start + 40);
  await run("npm", ["install", "--prefix", folder, "--no-fund", "--no-audit", "--ignore-scripts", "--legacy-peer-deps", ...part]);
}

const rows = [];
for (const name of names) {
  const program = join(folder, `${name.replace("/", "-")}.mjs`);
  await writeFile(
    program,
    `import * as $ from ${JSON.stringify(name)};\nconst log = console.log;\n${programs[name]}\n`,
  );
  const theirs = await output(process.execPath, [program], folder, 60_000);
  if (theirs.error) {
    console.log(`skipped  ${name}: Node.js says ${theirs.error}`);
    continue;
  }
  const ours = await output(resolve(jsvm), ["run", program], folder, 60_000);
  const { version } = JSON.parse(await readFile(join(folder, "node_modules", name, "package.json"), "utf8"));
  const reason = difference(theirs, ours);
  const same = !reason;
  rows.push({ name, version, same, reason });
  console.log(`${same ? "same    " : "DIFFERS "} ${name}@${version} ${reason}`);
}
const good = rows.filter((row) => row.same).length;
console.log(`${good} of ${rows.length} packages print what Node.js ${process.version} prints`);

if (file !== undefined) {
  const table = rows
    .map(({ name, version, same, reason }) => `| \`${name}\` | ${version} | ${same ? "the same" : reason.replaceAll("|", "\\|")} |`)
    .join("\n");
  const summary = `${good} of ${rows.length} print what Node.js ${process.version} prints, on ${new Date().toISOString().slice(0, 10)}.`;
  replacePart(file, "sweep", `${summary}\n\n| package | version | result |\n|---|---|---|\n${table}\n`);
}
