// Runs Node.js's own tests in jsvm:
//   node tests/conformance/main.mjs JSVM SUITE [--reference NODE] [--write FILE] [--sample] [--bless] [--reuse]
//       [--jobs N] [--seconds N] [FILTER...]
// SUITE is a folder with the sources of Node.js. The reference runs each file first: a test that it fails or that
// skips itself is left out. expected/node.json has the tests that jsvm fails, each with its reason. The exit code is
// 1 if another test fails. With --sample only the tests of sample.json run, without a reference. --reuse runs no test
// again that target/conformance/results.json has.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { causeOf } from "./causes.mjs";
import { impossibleBecause, moduleOf, modules } from "./tables.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reference: { type: "string" },
    write: { type: "string" },
    sample: { type: "boolean" },
    bless: { type: "boolean" },
    jobs: { type: "string", default: "2" },
    seconds: { type: "string", default: "20" },
    reuse: { type: "boolean" },
  },
});
const [program, place, ...filters] = positionals;
const jsvm = resolve(program);
const here = import.meta.dirname;
const expectedFile = join(here, "expected/node.json");
const sampleFile = join(here, "sample.json");
const json = (file, missing) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : missing);
const expected = json(expectedFile, {});

const sources = resolve(place);
// The tests run in a copy, since some write into their folder, and since their helpers need changes.
const scratch = mkdtempSync(join(tmpdir(), "conformance-"));
const suite = copySuite(sources, scratch);
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const folder = join(suite, "test/parallel");
const all = [];
for (const file of readdirSync(folder)) {
  const name = file.match(/^test-(.*)\.m?js$/)?.[1];
  if (name === undefined) continue;
  const module = moduleOf(name);
  if (!module || (filters.length > 0 && !filters.some((filter) => file.includes(filter)))) continue;
  all.push({ file, module });
}
const sample = new Set(json(sampleFile, []));
const tests = options.sample ? all.filter(({ file }) => sample.has(file)) : all;
for (const test of tests) {
  test.impossible = impossibleBecause(readFileSync(join(folder, test.file), "utf8"));
}

/** Copies the sources of Node.js without the web-platform-tests, and changes the helpers of the tests. */
function copySuite(sources, scratch) {
  const suite = join(scratch, "suite");
  mkdirSync(join(scratch, "files"));
  cpSync(sources, suite, { recursive: true, filter: (path) => !path.endsWith("fixtures/wpt") });
  change("index.js", [
    // jsvm has TLS and cryptography, and no version of OpenSSL.
    ["Boolean(process.versions.openssl)", "true"],
    ["require('crypto').constants.OPENSSL_VERSION_NUMBER >= 0x30000000", "true"],
    // jsvm lists no interfaces of the network.
    ["get hasIPv6() {", "get hasIPv6() { return true;"],
  ]);
  // A VM cannot change the folder of its process, and is not in the folder that the helper deletes.
  change("tmpdir.js", [["process.chdir(testRoot);", ""]]);
  return suite;
  function change(file, changes) {
    const path = join(suite, "test/common", file);
    let text = readFileSync(path, "utf8");
    for (const [from, to] of changes) {
      if (!text.includes(from)) throw new Error(`${file} of the tests has no ${from}`);
      text = text.replace(from, to);
    }
    writeFileSync(path, text);
  }
}

const seconds = Number(options.seconds);
function run(command, args, job) {
  const files = join(scratch, "files");
  const env = { ...process.env, NO_COLOR: "1", NODE_TEST_KNOWN_GLOBALS: "0", NODE_TEST_DIR: files, TEST_THREAD_ID: `${job}` };
  const settings = { cwd: suite, timeout: (seconds + 5) * 1000, maxBuffer: 1 << 24, killSignal: "SIGKILL", env };
  return new Promise((done) => {
    execFile(command, args, settings, (error, stdout, stderr) => {
      const skips = /^1\.\.0 # Skipped.*/m.exec(stdout)?.[0];
      const reason = error ? reasonOf(`${stderr}\n${stdout}`, error) : (skips ?? "");
      done({ passed: error === null && !skips, reason });
    });
  });
}
function reasonOf(text, error) {
  if (error.killed) return "does not end";
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const line = lines.find((line) => /^(?:Uncaught )?\S*(?:Error|Exception)\b/.test(line)) ?? lines.find((line) => /error|mismatched|Mismatched/i.test(line)) ?? lines[0] ?? "fails";
  return line.replaceAll(suite, "").replaceAll(scratch, "").slice(0, 140);
}

const cacheFolder = resolve("target/conformance");
mkdirSync(cacheFolder, { recursive: true });
const cacheFile = join(cacheFolder, `node-${basename(sources)}.json`);
const cache = json(cacheFile, {});

async function each(list, work) {
  const queue = [...list];
  await Promise.all(Array.from({ length: Number(options.jobs) }, async (_, job) => {
    for (let next; (next = queue.shift()) !== undefined; ) await work(next, job);
  }));
}
if (options.reference && !options.sample) {
  const node = resolve(options.reference);
  await each(tests.filter(({ file, impossible }) => !impossible && cache[file] === undefined), async ({ file }, job) => {
    cache[file] = (await run(node, [join(folder, file)], job)).passed;
  });
  writeFileSync(cacheFile, JSON.stringify(cache));
}

const runnable = tests.filter(({ file, impossible }) => !impossible && cache[file] !== false);
// Tests listen at every address, most of them on a port that the system chooses. 12346 is `common.PORT`.
const permissions = [
  `--allow-read=${scratch}`, `--allow-write=${scratch}`, "--allow-env",
  "--allow-net=localhost,127.0.0.0/8,::1,0.0.0.0,::", "--allow-listen=0,12346,localhost",
];
const resultsFile = join(cacheFolder, "results.json");
const results = options.reuse ? json(resultsFile, {}) : {};
await each(runnable, async (test, job) => {
  const args = ["run", "--modules", suite, ...permissions, "--timeout", `${seconds}s`, join(folder, test.file)];
  results[test.file] ??= await run(jsvm, args, job);
  Object.assign(test, results[test.file]);
  if (!options.sample) writeFileSync(resultsFile, JSON.stringify(results));
});

let isGood = true;
for (const { file, passed, reason } of runnable) {
  if (!passed && expected[file] === undefined && !options.bless) {
    isGood = false;
    console.log(`FAILS    ${file}: ${reason}`);
  } else if (passed && expected[file] !== undefined) {
    console.log(`passes   ${file}, which expected/node.json has as a failure`);
  }
}
const rows = Object.keys(modules).map((module) => {
  const mine = tests.filter((test) => test.module === module);
  const ran = mine.filter((test) => test.passed !== undefined);
  return {
    module, ran: ran.length, passed: ran.filter((test) => test.passed).length,
    impossible: mine.filter((test) => test.impossible).length,
    other: mine.filter((test) => !test.impossible && test.passed === undefined).length,
  };
});
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
const percent = (passed, ran) => (ran === 0 ? "" : `${((100 * passed) / ran).toFixed(1)} %`);
console.log(`${sum("passed")} of ${sum("ran")} tests that can run pass (${percent(sum("passed"), sum("ran"))})`);

const failures = { ...expected };
if (options.bless) {
  for (const { file, passed, reason } of runnable) {
    if (passed) delete failures[file];
    else failures[file] ??= `${causeOf(file, reason)} (${reason})`;
  }
  mkdirSync(join(here, "expected"), { recursive: true });
  writeFileSync(expectedFile, `${JSON.stringify(Object.fromEntries(Object.entries(failures).sort()), null, 2)}\n`);
  // Some of each module, so that a run takes seconds.
  const chosen = Object.keys(modules).flatMap((module) => {
    const passing = runnable.filter((test) => test.module === module && test.passed).map(({ file }) => file);
    return passing.filter((_, index) => index % Math.ceil(passing.length / 5) === 0);
  });
  writeFileSync(sampleFile, `${JSON.stringify(chosen.sort(), null, 2)}\n`);
}
if (options.write) {
  const version = readFileSync(join(sources, "src/node_version.h"), "utf8");
  const number = (name) => version.match(new RegExp(`#define NODE_${name}_VERSION (\\d+)`))?.[1];
  const table = rows.map((row) => `| \`${row.module}\` | ${row.ran} | ${row.passed} | ${percent(row.passed, row.ran)} | ${row.impossible} | ${row.other} |`);
  const reasons = {};
  for (const { impossible } of tests) if (impossible) reasons[impossible] = (reasons[impossible] ?? 0) + 1;
  const counts = {};
  for (const { file, passed } of runnable) {
    if (passed) continue;
    // The error of the test follows the cause.
    const cause = (failures[file] ?? "not in expected/node.json").replace(/ \([^]*$/, "");
    counts[cause] = (counts[cause] ?? 0) + 1;
  }
  const causes = Object.entries(counts).sort(([, one], [, other]) => other - one);
  writeFileSync(options.write, `# Conformance

\`./just conformance\` writes this page. It runs tests of others, which are not in this repository.

## Node.js's own tests

The tests of \`test/parallel\` of Node.js ${number("MAJOR")}.${number("MINOR")}.${number("PATCH")} whose names begin with the name of a
module. jsvm has the modules of Node.js 24. So that version runs each test first. A test that fails or skips
itself there does not count. A test that skips itself in jsvm only counts as failed.

| module | tests that can run | pass | | cannot run here | Node.js 24 fails or skips |
|---|---|---|---|---|---|
${table.join("\n")}
| all | ${sum("ran")} | ${sum("passed")} | ${percent(sum("passed"), sum("ran"))} | ${sum("impossible")} | ${sum("other")} |

A test has ${seconds} s, and may read, write, connect and listen: its temporary folder, loopback addresses, and
ports that the system chooses. The runner changes three checks in the helpers of the tests:

* They take it that there is cryptography and IPv6. They would ask \`process.versions.openssl\` and
  \`os.networkInterfaces()\`, which have neither in jsvm.
* They do not call \`process.chdir\` before they delete the temporary folder.

Why tests cannot run here:

| reason | tests |
|---|---|
${Object.entries(reasons).map(([reason, count]) => `| ${reason} | ${count} |`).join("\n")}

Why tests fail:

| cause | tests |
|---|---|
${causes.map(([cause, count]) => `| ${cause} | ${count} |`).join("\n")}

[expected/node.json](../tests/conformance/expected/node.json) has each test that fails, with the error. CI runs
[a sample](../tests/conformance/sample.json) of those that pass.

The run is from ${new Date().toISOString().slice(0, 10)}, on a machine (${process.arch}) with ${availableParallelism()} cores.
`);
}
process.exitCode = isGood ? 0 : 1;
