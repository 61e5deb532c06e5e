// Does the same work in all worlds, side by side, and says what each needed: `./just bench-peers`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { date, machine, publish } from "../report.mjs";
import { BENCH, Failure, check, script } from "./files.mjs";
import { chart } from "./report/chart.mjs";
import { figures, highlights, markdown, table } from "./report/table.mjs";
import { GROUPS, chosen } from "./rows.mjs";
import { Samples, geometricMean } from "./statistics.mjs";
import { Process, WORLDS, target } from "./worlds.mjs";

const HELP = `./just bench-peers [--quick] [--only WORDS] [--worlds NAMES] [--rounds N] [--publish]

  --quick          two short rounds: to see whether it works, not for figures
  --only WORDS     groups or rows, by their first letters: ${Object.keys(GROUPS).join(",")}
  --worlds NAMES   some of ${Object.keys(WORLDS).join(",")}
  --rounds N       how often each row is measured in each world (7)
  --publish        also write the results into README.md, docs/comparison.md and docs/peers.svg`;

process.on("uncaughtException", (error) => {
  console.error(error instanceof Failure || error.code?.startsWith("ERR_PARSE_ARGS") ? `error: ${error.message}` : error);
  process.exit(1);
});

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean" },
    only: { type: "string", default: "" },
    worlds: { type: "string", default: Object.keys(WORLDS).join() },
    rounds: { type: "string" },
    publish: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}

const words = (list) => list.split(",").filter((word) => word !== "");
const rows = chosen(words(options.only));
const rounds = Number(options.rounds ?? (options.quick ? 2 : 7));
check(Number.isInteger(rounds) && rounds > 0, `--rounds ${options.rounds} is no number of rounds`);
check(!options.publish || (!options.quick && rows === chosen([])), "--publish needs all rows, and not --quick");

const folder = target();
const worlds = words(options.worlds).map((name) => {
  check(Object.hasOwn(WORLDS, name), `there is no world ${name}; there is ${Object.keys(WORLDS).join(", ")}`);
  console.error(`building ${name}`);
  return { name, ...WORLDS[name](folder) };
});
check(!options.publish || worlds.map(({ name }) => name).join() === Object.keys(WORLDS).join(), "--publish needs all worlds");

const expected = new Map(rows.filter((row) => row.program).map((row) => [row, script(`programs/${row.program}.expected`).trim()]));

/** Says on a terminal how far it is. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Measures one row in one world once. */
async function ask(row, running, world) {
  const budget = options.quick ? row.budget / 6 : row.budget;
  const asked = row.fresh ? new Process(world) : running.get(world);
  const answers = await asked.ask(row.name, budget);
  if (row.fresh) asked.end();
  for (const { checksum } of answers) {
    check(
      checksum === expected.get(row),
      `${world.name} computes ${row.program} wrongly:\n  ${checksum}\ninstead of\n  ${expected.get(row)}`,
    );
  }
  return answers;
}

/**
 * Rounds are outermost, and the worlds are asked one after the other for each row: so whatever else
 * the machine does for some seconds hits all worlds alike, and only one round of many rows.
 */
async function run() {
  const running = new Map(worlds.map((world) => [world, new Process(world)]));
  const samples = new Map(rows.map((row) => [row, new Samples()]));
  // Round 0 is to warm up: what runs in Node is compiled in the course of it.
  for (let round = options.quick ? 1 : 0; round <= rounds; round++) {
    for (const row of rows) {
      if (round > (row.rounds ?? rounds)) continue;
      progress(`round ${round} of ${rounds}: ${row.name}`);
      const turn = worlds.map((_, i) => worlds[(i + round) % worlds.length]);
      for (const world of turn) {
        const answers = await ask(row, running, world);
        if (round > 0) samples.get(row).add(world.name, answers);
      }
    }
  }
  progress("");
  for (const each of running.values()) each.end();
  return samples;
}

const names = worlds.map(({ name }) => name);
const samples = await run();
const results = rows.map(({ group, name, title, unit }) => ({ group, name, title, unit, worlds: null }));
rows.forEach((row, i) => (results[i].worlds = samples.get(row).cells(names)));

/** Over all programs: how many times what the first world needed, and between which two. */
function throughput() {
  const programs = results.filter(({ group }) => group === "throughput");
  const mean = (name) => {
    const ratios = programs.map(({ worlds }) => worlds[name].ratio);
    return { mean: geometricMean(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
  };
  return programs.length > 0 ? Object.fromEntries(names.map((name) => [name, mean(name)])) : null;
}

const report = {
  date,
  machine,
  rounds,
  quick: options.quick ?? false,
  versions: Object.fromEntries(worlds.map(({ name, version }) => [name, version])),
  throughput: throughput(),
  rows: results,
};

const svg = chart(report);
const full = markdown(report);
writeFileSync(join(folder, "peers.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(folder, "peers.md"), full);
writeFileSync(join(folder, "peers.svg"), svg);
console.log(table(report, { programs: true }));
console.error(`\nwritten: peers.json, peers.md and peers.svg in ${folder}`);

if (options.publish) {
  publish("README.md", "bench-peers", highlights(report));
  publish("docs/comparison.md", "bench-peers", figures(report));
  writeFileSync(new URL("../docs/peers.svg", BENCH), svg);
  console.error("published in docs/peers.svg");
}
