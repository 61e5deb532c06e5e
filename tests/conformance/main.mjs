// Runs Node.js's own tests in jsvm:
//   node tests/conformance/main.mjs JSVM SUITE [--reference NODE] [--write FILE] [--sample] [--bless] [FILTER...]
// SUITE is a folder with the sources of Node.js. The reference runs each file first: a test that it fails is left
// out. expected/node.json has the tests that jsvm fails, each with its reason. The exit code is 1 if another
// test fails. With --sample only the tests of sample.json run, without a reference.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync, existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reference: { type: "string" },
    write: { type: "string" },
    sample: { type: "boolean" },
    bless: { type: "boolean" },
    jobs: { type: "string", default: "2" },
  },
});
const [program, place, ...filters] = positionals;
const [jsvm, suite] = [resolve(program), resolve(place)];
const here = import.meta.dirname;
const expectedFile = join(here, "expected/node.json");
const sampleFile = join(here, "sample.json");
const json = (file, missing) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : missing);
const expected = json(expectedFile, {});

/** The modules, and what the names of their tests begin with. */
const modules = {
  assert: ["assert"],
  "async_hooks": ["async-local-storage", "als", "asyncresource", "asynclocalstorage"],
  buffer: ["buffer"],
  console: ["console"],
  diagnostics_channel: ["diagnostics-channel", "diagnostic-channel"],
  events: ["event-emitter", "events", "event-capture-rejections"],
  fs: ["fs-read", "fs-stat", "fs-exists", "fs-access", "fs-readdir", "fs-realpath"],
  module: ["module", "require"],
  os: ["os"],
  path: ["path"],
  perf_hooks: ["performance", "perf-hooks", "perf"],
  process: ["process", "next-tick", "promise"],
  punycode: ["punycode"],
  querystring: ["querystring"],
  readline: ["readline"],
  stream: ["stream", "streams"],
  string_decoder: ["string-decoder"],
  timers: ["timers", "timer"],
  url: ["url", "whatwg-url"],
  util: ["util", "parse-args", "mime", "fixed-queue", "err"],
  v8: ["v8-serdes", "v8-deserialize"],
  zlib: ["zlib"],
};

/** Why a test cannot run in a VM, by its text. */
const impossible = [
  [/--expose[-_]internals|internal\/test\/binding|require\('internal\//, "tests the inside of Node.js"],
  [/child_process|spawnPromisified|common\/index\.mjs.*spawn|\bfork\(|\bspawn(?:Sync)?\(|\bexecFile|spawnPromisified|startNewREPLServer/, "starts a process"],
  [/new Worker\(|cluster/, "starts a thread or a process"],
  [/--(?:allow|harmony|expose-gc|expose_gc|max[-_]|no-|jitless|stack|trace|inspect|experimental|permission|pending|throw|preserve|unhandled|frozen|icu|force)/, "needs flags of Node.js or V8"],
  [/promiseHooks|inspector|runInNewContext|createContext|process\.binding|internalBinding|%[A-Z]\w+\(/, "needs V8 or a second context"],
  [/(?:require\(|from )'(?:node:)?(?:net|http|https|http2|tls|dgram|dns)'\)|createServer/, "opens sockets"],
  [/writeFile|tmpdir|mkdtemp|createWriteStream|appendFile|openSync|mkdirSync|fs\.open\(|fs\.write/, "writes files"],
];

const folder = join(suite, "test/parallel");
const all = [];
for (const file of readdirSync(folder)) {
  const name = file.match(/^test-(.*)\.m?js$/)?.[1];
  if (name === undefined) continue;
  const found = Object.entries(modules).find(([, prefixes]) => prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}-`)));
  if (!found || (filters.length > 0 && !filters.some((filter) => file.includes(filter)))) continue;
  all.push({ file, module: found[0] });
}
const sample = new Set(json(sampleFile, []));
const tests = options.sample ? all.filter(({ file }) => sample.has(file)) : all;
for (const test of tests) {
  const text = readFileSync(join(folder, test.file), "utf8");
  test.impossible = impossible.find(([pattern]) => pattern.test(text))?.[1];
}

function run(command, args) {
  return new Promise((done) => {
    execFile(command, args, { cwd: suite, timeout: 30_000, maxBuffer: 1 << 24, killSignal: "SIGKILL", env: { ...process.env, NO_COLOR: "1", NODE_TEST_KNOWN_GLOBALS: "0" } }, (error, stdout, stderr) =>
      done({ passed: error === null, reason: error === null ? "" : reasonOf(`${stderr}\n${stdout}`, error) }));
  });
}
function reasonOf(text, error) {
  if (error.killed) return "does not end";
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const line = lines.find((line) => /^(?:Uncaught )?\S*(?:Error|Exception)\b/.test(line)) ?? lines.find((line) => /error|mismatched|Mismatched/i.test(line)) ?? lines[0] ?? "fails";
  return line.replaceAll(suite, "").slice(0, 140);
}

const cacheFolder = resolve("target/conformance");
mkdirSync(cacheFolder, { recursive: true });
const cacheFile = join(cacheFolder, `reference-${basename(suite)}.json`);
const cache = json(cacheFile, {});

async function each(list, work) {
  const queue = [...list];
  await Promise.all(Array.from({ length: Number(options.jobs) }, async () => {
    for (let next; (next = queue.shift()) !== undefined; ) await work(next);
  }));
}
if (options.reference && !options.sample) {
  const node = resolve(options.reference);
  await each(tests.filter(({ file, impossible }) => !impossible && cache[file] === undefined), async ({ file }) => {
    cache[file] = (await run(node, [join(folder, file)])).passed;
  });
  writeFileSync(cacheFile, JSON.stringify(cache));
}

const runnable = tests.filter(({ file, impossible }) => !impossible && cache[file] !== false);
await each(runnable, async (test) => {
  Object.assign(test, await run(jsvm, ["run", "--modules", suite, `--allow-read=${suite}`, "--allow-env", "--timeout", "20s", join(folder, test.file)]));
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

if (options.bless) {
  const failures = { ...expected };
  for (const { file, passed, reason } of runnable) {
    if (passed) delete failures[file];
    else failures[file] ??= reason;
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
  const version = readFileSync(join(suite, "src/node_version.h"), "utf8");
  const number = (name) => version.match(new RegExp(`#define NODE_${name}_VERSION (\\d+)`))?.[1];
  const table = rows.map((row) => `| \`${row.module}\` | ${row.ran} | ${row.passed} | ${percent(row.passed, row.ran)} | ${row.impossible} | ${row.other} |`);
  const reasons = {};
  for (const { impossible } of tests) if (impossible) reasons[impossible] = (reasons[impossible] ?? 0) + 1;
  writeFileSync(options.write, `# Conformance

\`./just conformance\` writes this page. It runs tests of others, which are not in this repository.

## Node.js's own tests

The tests of \`test/parallel\` of Node.js ${number("MAJOR")}.${number("MINOR")}.${number("PATCH")} whose names begin with a module that
computes. The modules here are those of Node.js 24, so that version runs each test first, and those that it fails do
not count.

| module | tests that can run | pass | | cannot run here | Node.js 24 fails |
|---|---|---|---|---|---|
${table.join("\n")}
| all | ${sum("ran")} | ${sum("passed")} | ${percent(sum("passed"), sum("ran"))} | ${sum("impossible")} | ${sum("other")} |

Why tests cannot run here:

| reason | tests |
|---|---|
${Object.entries(reasons).map(([reason, count]) => `| ${reason} | ${count} |`).join("\n")}

[expected/node.json](../tests/conformance/expected/node.json) has each test that fails, with the error. CI runs
[a sample](../tests/conformance/sample.json) of those that pass.
`);
}
process.exitCode = isGood ? 0 : 1;
