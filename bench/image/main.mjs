// Runs the image pipelines of examples/image and compares their times and pictures: `./just image`.
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { date, machine, publish } from "../report.mjs";
import { difference, pixels, write } from "./pictures.mjs";
import { table } from "./table.mjs";
import { WORLDS, run, versions } from "./worlds.mjs";

const HELP = `./just image [--rounds N] [--without-pure] [--publish]

  --rounds N      how often each runs, the slow one once (3)
  --without-pure  leave out pure JavaScript in jsvm, which takes minutes
  --publish       also write the table into docs/guides/image.md

JSVM names a program other than target/release/jsvm.`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    "without-pure": { type: "boolean" },
    publish: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
const rounds = Number(options.rounds);
if (!(rounds >= 1 && Number.isInteger(rounds))) {
  console.error(`--rounds ${options.rounds} is no number of rounds\n\n${HELP}`);
  process.exit(2);
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "target", "image");
mkdirSync(folder, { recursive: true });

const photo = join(folder, "photo.jpg");
console.error("drawing a photograph of 4000 x 3000 pixels");
const size = write(photo, 4000, 3000);

const worlds = WORLDS.filter(({ isSlow }) => !(isSlow && options["without-pure"]));
const runs = Object.fromEntries(worlds.map(({ name }) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const world of worlds) {
    if (world.isSlow && round > 0) continue;
    console.error(`round ${round + 1} of ${rounds}: ${world.title}${world.isSlow ? " (some minutes)" : ""}`);
    const done = run(world, photo);
    writeFileSync(join(folder, `${world.name}.jpg`), done.picture);
    runs[world.name].push(done);
  }
}

// One process at a time is all that runs here. Whoever else computes makes it slower.
const [load] = loadavg();

// The pictures must be the same, up to the rounding of two implementations.
const pictures = worlds.map(({ name }) => ({ name, ...pixels(runs[name][0].picture) }));
const [first, ...others] = pictures;
const differences = others.map((other) => ({ name: other.name, ...difference(first, other) }));

const lines = table(worlds, runs);
const about = { date, machine, load, versions: versions(), rounds, photo: size };
console.log(lines);
console.log();
for (const { name, mean, most } of differences) {
  console.log(`${first.name}.jpg and ${name}.jpg differ by ${mean.toFixed(2)} of 255 in the mean, at most ${most}`);
}
if (load > 1.5) console.log(`The load was ${load.toFixed(1)} in the end: something else ran beside this.`);

const steps = Object.fromEntries(
  Object.entries(runs).map(([name, runs]) => [name, runs.map(({ steps, whole }) => ({ whole, steps }))]),
);
writeFileSync(join(folder, "image.json"), `${JSON.stringify({ ...about, runs: steps, differences }, null, 2)}\n`);
console.error(`\nwritten: image.json and the pictures, in ${folder}`);

if (differences.some(({ mean }) => mean > 2)) {
  console.error("The pictures are not the same.");
  process.exit(1);
}

if (options.publish) {
  const all = Object.entries(about.versions).map(([name, version]) => `${name} ${version}`);
  const note = `Measured on ${date} (${machine}; ${all.join(", ")}): medians of ${rounds} runs, one run of what takes minutes.`;
  publish("docs/guides/image.md", "bench-image", `\n${lines}\n\n${note}\n`);
}
