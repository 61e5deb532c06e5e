// Measures calls between JavaScript and components, beside the same calls in Node.js by jco:
// `./just bench-boundary`.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { median } from "../peers/statistics.mjs";
import { date, grid, machine, publish } from "../report.mjs";

const HELP = `./just bench-boundary [--quick] [--publish]

  --quick    one round: to see whether it works, not for figures
  --publish  also write the tables into docs/guides/link.md`;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean" },
    publish: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}

const HERE = new URL("./", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = join(ROOT, "target", "boundary");
const COMPONENTS = join(ROOT, "components", "target");
const jsvm = join(ROOT, "target", "release", "jsvm");
const packages = join(ROOT, "tests", "jco", "node_modules");
const jco = join(packages, ".bin", "jco");
const rounds = options.quick ? 1 : 5;

const quiet = { stdio: ["ignore", "ignore", "inherit"] };
const transpile = (name, ...more) =>
  execFileSync(jco, ["transpile", join(COMPONENTS, `${name}.wasm`), "-o", join(FOLDER, name), ...more], quiet);

mkdirSync(FOLDER, { recursive: true });
// What jco makes imports WASI from a package.
rmSync(join(FOLDER, "node_modules"), { force: true });
symlinkSync(packages, join(FOLDER, "node_modules"));
execFileSync(join(ROOT, "components", "component.sh"), ["build", "echo", "caller"], {
  env: { ...process.env, JSVM: jsvm },
  ...quiet,
});
transpile("echo");
transpile("caller-import", "--map", `bench:boundary/script=${join(HERE, "script.js")}`);

/** What is measured: by its title, the command on each side. */
const DIRECTIONS = {
  "From a script to a linked component": {
    jsvm: [jsvm, "run", "--timeout", "10m", "--memory", "1GiB", "--link", join(COMPONENTS, "echo.wasm"), join(HERE, "vm.js")],
    jco: ["node", join(HERE, "node.mjs"), join(FOLDER, "echo", "echo.js")],
  },
  "From a component to a script": {
    jsvm: ["wasmtime", "run", join(COMPONENTS, "caller.wasm")],
    jco: ["node", "--input-type=module", "--eval", `
      import { run } from ${JSON.stringify(join(FOLDER, "caller-import", "caller-import.js"))};
      run.run();`],
  },
};

/** Nanoseconds per call, of each kind: the median of what all rounds say. */
const samples = {};
for (let round = 0; round < rounds; round++) {
  for (const [title, sides] of Object.entries(DIRECTIONS)) {
    for (const [side, [command, ...args]] of Object.entries(sides)) {
      console.error(`round ${round + 1} of ${rounds}: ${title}, ${side}`);
      const printed = execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
      for (const line of printed.trim().split("\n")) {
        const { name, ns } = JSON.parse(line);
        ((samples[title] ??= {})[name] ??= {})[side] ??= [];
        samples[title][name][side].push(...ns);
      }
    }
  }
}

const UNITS = [
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

function time(ns) {
  const [size, unit] = UNITS.find(([size]) => ns >= size) ?? [1, "ns"];
  const number = ns / size;
  return `${number >= 100 ? Math.round(number) : number.toPrecision(3)} ${unit}`;
}

function table(kinds) {
  const results = Object.entries(kinds).map(([name, { jsvm, jco }]) => [name, median(jsvm), median(jco)]);
  return grid([
    ["a call with", "jsvm", "jco", "jsvm / jco"],
    ...results.map(([name, own, other]) => [name, time(own), time(other), (own / other).toPrecision(2)]),
  ]);
}

const text = Object.entries(samples)
  .map(([title, kinds]) => `### ${title}\n\n${table(kinds)}`)
  .join("\n\n");
console.log(text);

const version = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim().split("\n")[0];
const versions = `${version("wasmtime", "--version").split(" (")[0]}, jco ${version(jco, "--version")}, Node.js ${process.version}`;
writeFileSync(join(FOLDER, "boundary.json"), `${JSON.stringify({ date, machine, versions, samples }, null, 2)}\n`);
console.error(`\nwritten: boundary.json in ${FOLDER}`);

if (options.publish) {
  if (options.quick) throw new Error("--publish needs all rounds");
  const about = `Measured on ${date} on ${machine}: ${versions}. Each time is of a call there and back.`;
  publish("docs/guides/link.md", "bench-boundary", `${about}\n\n${text}`);
}
