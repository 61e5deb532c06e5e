// Runs programs.mjs in Node.js and in jsvm, and says which print the same:
//   node tests/sweep/main.mjs JSVM FOLDER [--write FILE] [PACKAGE...]
// The packages are installed into FOLDER, in the versions of today.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

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

/** What a program prints, or the first line of its error. */
async function output(command, args) {
  try {
    const { stdout } = await run(command, args, { cwd: folder, timeout: 60_000, env: { ...process.env, NO_COLOR: "1" } });
    return stdout;
  } catch (error) {
    const line = error.stderr.split("\n").find((line) => /Error|error|jsvm/.test(line)) ?? error.message;
    return { error: line.trim().slice(0, 160) };
  }
}

const rows = [];
for (const name of names) {
  const program = join(folder, `${name.replace("/", "-")}.mjs`);
  await writeFile(
    program,
    `import * as $ from ${JSON.stringify(name)};\nconst log = console.log;\n${programs[name]}\n`,
  );
  const theirs = await output(process.execPath, [program]);
  if (typeof theirs !== "string") {
    console.log(`skipped  ${name}: Node.js says ${theirs.error}`);
    continue;
  }
  const ours = await output(resolve(jsvm), ["run", program]);
  const { version } = JSON.parse(await readFile(join(folder, "node_modules", name, "package.json"), "utf8"));
  const same = ours === theirs;
  const reason = same ? "" : typeof ours === "string" ? `prints ${JSON.stringify(ours.slice(0, 80))}` : ours.error;
  rows.push({ name, version, same, reason });
  console.log(`${same ? "same    " : "DIFFERS "} ${name}@${version} ${reason}`);
}
const good = rows.filter((row) => row.same).length;
console.log(`${good} of ${rows.length} packages print what Node.js ${process.version} prints`);

if (file !== undefined) {
  const table = rows
    .map(({ name, version, same, reason }) => `| \`${name}\` | ${version} | ${same ? "the same" : reason.replaceAll("|", "\\|")} |`)
    .join("\n");
  const text = await readFile(file, "utf8");
  const [start, end] = ["<!-- sweep -->", "<!-- /sweep -->"];
  const from = text.indexOf(start) + start.length;
  const summary = `${good} of ${rows.length} print what Node.js ${process.version} prints, on ${new Date().toISOString().slice(0, 10)}.`;
  await writeFile(file, `${text.slice(0, from)}\n${summary}\n\n| package | version | result |\n|---|---|---|\n${table}\n${text.slice(text.indexOf(end))}`);
}
