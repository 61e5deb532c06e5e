// Runs web-platform-tests in jsvm and in Node.js, and compares them by name:
//
//   node tests/conformance/wpt/main.mjs JSVM NODE WPT [--write FILE] [PATH...]
//
// WPT is a folder with `resources`, such as `test/fixtures/wpt` of Node's sources; PATH is part of a path in it. A test
// counts if Node.js passes it. The run fails if a test that counts fails in jsvm and `known.json` has no reason for it,
// or has one for tests that all pass.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { MARK, program, variants } from "./program.mjs";

const [jsvm, node, place, ...rest] = process.argv.slice(2);
const take = (name) => {
  const at = rest.indexOf(name);
  return at < 0 ? undefined : rest.splice(at, 2)[1];
};
const written = take("--write");
const known = JSON.parse(await readFile(fileURLToPath(new URL("known.json", import.meta.url)), "utf8"));
const root = resolve(place);

// They need a document or an insecure context, or test descriptions of interfaces, which Node's runner leaves out, too.
const SKIPPED = /(^|\/)(idlharness|historical|algorithm-discards-context)[^/]*$/;
const TIME = 600_000;

const tests = (await readdir(root, { recursive: true }))
  .filter((path) => /\.any\.js$/.test(path) && !SKIPPED.test(path))
  .filter((path) => rest.length === 0 || rest.some((part) => path.includes(part)))
  .sort();
if (tests.length === 0) throw new Error(`there are no such tests in ${root}`);
const folder = await mkdtemp(join(tmpdir(), "jsvm-wpt-"));

/** What each test of a program does: `true` if it passes, else why it does not. */
function run(command, args) {
  return new Promise((done) => {
    execFile(command, args, { maxBuffer: 1 << 28, timeout: TIME }, (error, stdout, stderr) => {
      const results = new Map();
      for (const line of stdout.split("\n")) {
        if (!line.startsWith(MARK)) continue;
        const [name, status, message] = JSON.parse(line.slice(MARK.length));
        // Of tests with the same name, all have to pass.
        if (results.get(name) ?? true) results.set(name, status === 0 ? true : message);
      }
      if (error) results.set("the whole file", stderr.trim().slice(0, 300) || error.message);
      done(results);
    });
  });
}

/** The tests of a file that Node.js passes, with what they do in jsvm. */
async function compare(path) {
  const outcomes = [];
  for (const [index, variant] of (await variants(join(root, path))).entries()) {
    const file = join(folder, `${path.replaceAll("/", "-").replace(/\.js$/, "")}-${index}.cjs`);
    await writeFile(file, await program(join(root, path), root, variant));
    const theirs = await run(node, [file]);
    const ours = await run(resolve(jsvm), ["run", "--allow-read", file]);
    for (const [test, outcome] of theirs) {
      if (outcome !== true) continue;
      outcomes.push({ test, outcome: ours.get(test) ?? ours.get("the whole file") ?? "the test did not run" });
    }
  }
  return outcomes;
}

const used = new Set();
const unexpected = [];
const rows = new Map();

function count(path, outcomes) {
  const [area] = path.split("/");
  if (!rows.has(area)) rows.set(area, { node: 0, jsvm: 0 });
  const row = rows.get(area);
  for (const { test, outcome } of outcomes) {
    row.node += 1;
    if (outcome === true) {
      row.jsvm += 1;
      continue;
    }
    const entry = known.find(({ file, test: pattern }) => new RegExp(file).test(path) && new RegExp(pattern).test(test));
    if (entry === undefined) {
      unexpected.push(`${path}: ${test}: ${outcome}`);
      continue;
    }
    used.add(entry);
    entry.count = (entry.count ?? 0) + 1;
  }
}

const queue = [...tests];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const outcomes = await compare(path);
      count(path, outcomes);
      console.log(`${path}: ${outcomes.filter(({ outcome }) => outcome === true).length} of ${outcomes.length}`);
    }
  }),
);
await rm(folder, { recursive: true });

const percent = (part, whole) => `${((100 * part) / whole).toFixed(2)} %`;
const all = { node: 0, jsvm: 0 };
for (const row of rows.values()) {
  all.node += row.node;
  all.jsvm += row.jsvm;
}
console.log(`${all.jsvm} of the ${all.node} tests that Node.js passes: ${percent(all.jsvm, all.node)}`);
if (written !== undefined) {
  const version = await new Promise((done) => execFile(node, ["--version"], (_error, stdout) => done(stdout.trim().slice(1))));
  const table = [...[...rows].sort(), ["all", all]]
    .filter(([, { node }]) => node > 0)
    .map(([area, { node, jsvm }]) => `| ${area === "all" ? area : `\`${area}\``} | ${node} | ${jsvm} | ${percent(jsvm, node)} |`);
  const reasons = known.filter((entry) => used.has(entry));
  await writeFile(
    written,
    `# Conformance with the web platform

\`./just conformance-wpt\` writes this page. It runs the files \`*.any.js\` of the
[web-platform-tests](https://github.com/web-platform-tests/wpt) that Debian's source package \`nodejs\` contains, in
Node.js ${version} and in jsvm. A test counts if Node.js passes it.

| interfaces | Node.js passes | of these jsvm | |
|---|---|---|---|
${table.join("\n")}

Why tests fail; the first two columns are regular expressions for paths and names:

| files | tests | how many | reason |
|---|---|---|---|
${reasons.map(({ file, test, reason, count }) => `| \`${file.replaceAll("|", "\\|")}\` | \`${test.replaceAll("|", "\\|")}\` | ${count} | ${reason} |`).join("\n")}
`,
  );
}
for (const line of unexpected) console.log(`FAILED ${line}`);
if (rest.length === 0) {
  for (const entry of known) if (!used.has(entry)) unexpected.push(`known.json: the tests of ${entry.file} ${entry.test} pass`);
}
if (unexpected.length > 0) {
  console.log(`${unexpected.length} unexpected results`);
  process.exitCode = 1;
}
