// Runs the web-platform-tests of WebCryptoAPI in jsvm and in Node.js, and compares them by name:
//
//   node tests/conformance/webcrypto/main.mjs JSVM NODE WPT [--write FILE] [--known FILE] [TEST...]
//
// WPT is a folder with `WebCryptoAPI` and `resources`, such as `test/fixtures/wpt` of Node's sources. A test counts
// if Node.js passes it. It fails if a test that counts fails in jsvm and `known.json` has no reason for it, or has one
// for tests that all pass.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [jsvm, node, place, ...rest] = process.argv.slice(2);
const take = (name) => {
  const at = rest.indexOf(name);
  return at < 0 ? undefined : rest.splice(at, 2)[1];
};
const written = take("--write");
const known = JSON.parse(await readFile(take("--known") ?? fileURLToPath(new URL("known.json", import.meta.url)), "utf8"));
const wpt = resolve(place);
const suite = join(wpt, "WebCryptoAPI");

// Not about these interfaces: they need a document, an insecure context, or a harness for IDL that Node skips too.
const SKIPPED = /^(idlharness|historical|algorithm-discards-context)/;

const all = (await readdir(suite, { recursive: true }))
  .filter((name) => name.endsWith(".any.js") && !SKIPPED.test(name))
  .sort();
const names = all.filter((name) => rest.length === 0 || rest.some((part) => name.includes(part)));
if (names.length === 0) throw new Error(`there are no such tests in ${suite}`);

const harness = await readFile(join(wpt, "resources", "testharness.js"), "utf8");
const folder = await mkdtemp(join(tmpdir(), "jsvm-webcrypto-"));

/** A file as a program that prints a line for each of its tests. */
async function program(name) {
  const path = join(suite, name);
  const text = await readFile(path, "utf8");
  const scripts = [...text.matchAll(/^\/\/ META: script=(.*)$/gm)].map(([, script]) =>
    script.startsWith("/") ? join(wpt, script) : join(dirname(path), script),
  );
  const parts = await Promise.all(scripts.map((script) => readFile(script, "utf8")));
  const report = `add_completion_callback((tests) => {
    for (const { name, status, message } of tests) console.log("RESULT " + JSON.stringify([name, status, message]));
  });`;
  const source = ["globalThis.self = globalThis; globalThis.location ??= { search: \"\" };", harness, report, ...parts, text].join("\n;\n");
  const file = join(folder, `${relative(suite, path).replaceAll("/", "-")}`);
  await writeFile(file, source);
  return file;
}

/** What each test of a program does: `true` if it passes, else why it does not. */
function run(command, args) {
  return new Promise((done) => {
    const options = { maxBuffer: 1 << 28, timeout: 1_200_000 };
    execFile(command, args, options, (error, stdout, stderr) => {
      const results = new Map();
      for (const line of stdout.split("\n")) {
        if (!line.startsWith("RESULT ")) continue;
        const [name, status, message] = JSON.parse(line.slice(7));
        // Of tests with the same name, all have to pass.
        const outcome = status === 0 ? true : message;
        if (results.get(name) === undefined || results.get(name) === true) results.set(name, outcome);
      }
      if (error) results.set("the whole file", stderr.trim().slice(0, 300) || error.message);
      done(results);
    });
  });
}

const rows = [];
const unexpected = [];
const used = new Set();
for (const name of names) {
  const file = await program(name);
  const theirs = await run(node, [file]);
  const started = Date.now();
  const ours = await run(resolve(jsvm), ["run", file]);
  const row = { name, node: 0, jsvm: 0, known: 0, seconds: (Date.now() - started) / 1000 };
  for (const [test, outcome] of theirs) {
    if (outcome !== true) continue;
    row.node += 1;
    const mine = ours.get(test) ?? ours.get("the whole file") ?? "the test did not run";
    if (mine === true) {
      row.jsvm += 1;
      continue;
    }
    const entry = known.find(({ file, test: pattern }) => new RegExp(file).test(name) && new RegExp(pattern).test(test));
    if (entry === undefined) {
      unexpected.push(`${name}: ${test}: ${mine}`);
    } else {
      row.known += 1;
      used.add(entry);
    }
  }
  rows.push(row);
  console.log(`${name}: ${row.jsvm} of ${row.node}, ${row.known} known failures, ${row.seconds.toFixed(1)} s`);
}
await rm(folder, { recursive: true });

const sum = (member) => rows.reduce((total, row) => total + row[member], 0);
const [passed, total] = [sum("jsvm"), sum("node")];
const summary = `${passed} of the ${total} tests that Node.js passes: ${((100 * passed) / total).toFixed(2)} %`;
console.log(summary);
if (written !== undefined) {
  const table = rows.map((row) => `| ${row.name} | ${row.node} | ${row.jsvm} | ${row.known} |`);
  const reasons = known.map(({ file, test, reason }) => `| \`${file}\` | \`${test}\` | ${reason} |`);
  await writeFile(
    written,
    `# WebCryptoAPI\n\n${summary}. \`./just conformance-webcrypto\` writes this file.\n\n` +
      `| file | Node.js passes | jsvm passes of these | known failures |\n|---|---|---|---|\n${table.join("\n")}\n\n` +
      `| files | tests | why they fail |\n|---|---|---|\n${reasons.join("\n")}\n`,
  );
}
for (const line of unexpected.slice(0, 100)) console.log(`FAILED ${line}`);
if (rest.length === 0) {
  for (const entry of known) if (!used.has(entry)) unexpected.push(`known.json: ${entry.test} passes`);
}
if (unexpected.length > 0) {
  console.log(`${unexpected.length} unexpected results`);
  process.exitCode = 1;
}
