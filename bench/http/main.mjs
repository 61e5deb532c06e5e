// Serves the same with several servers, one after the other in each round: `./just bench-http`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { median } from "../peers/statistics.mjs";
import { date, grid, machine, publish } from "../report.mjs";
import { FOLDER, Running, SERVERS, build, size } from "./servers.mjs";
import { wrk } from "./wrk.mjs";

const HELP = `./just bench-http [--quick] [--only WORDS] [--publish]

  --quick       one short round: to see whether it works, not for figures
  --only WORDS  servers with one of these words in their names
  --publish     also write the table into docs/guides/serve.md`;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean" },
    only: { type: "string" },
    publish: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}

const CONNECTIONS = 32;
const MANY = 256;
const rounds = options.quick ? 1 : 5;
const duration = options.quick ? 1 : 4;
const words = options.only?.split(",");
const names = Object.keys(SERVERS).filter((name) => words?.some((word) => name.includes(word)) ?? true);

mkdirSync(FOLDER, { recursive: true });
build();

const samples = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const name of names) {
    console.error(`round ${round + 1} of ${rounds}: ${name}`);
    const server = await Running.start(name);
    try {
      // What is compiled or kept in the course of it is so from then on.
      await wrk(server.port, CONNECTIONS, 1);
      const busy = await wrk(server.port, CONNECTIONS, duration);
      const crowded = wrk(server.port, MANY, 2);
      await sleep(1500);
      const memory = server.memory();
      const { errors } = await crowded;
      samples[name].push({ ...busy, cold: server.cold, memory, errors: busy.errors ?? errors });
    } finally {
      await server.stop();
    }
  }
}

const middle = (name, what) => median(samples[name].map((sample) => sample[what]));
const results = names.map((name) => ({
  name,
  ...Object.fromEntries(["rate", "p50", "p99", "cold", "memory"].map((what) => [what, middle(name, what)])),
  size: SERVERS[name].file && size(SERVERS[name].file),
  errors: samples[name].flatMap(({ errors }) => errors ?? []),
}));

const ms = (seconds) => `${(seconds * 1e3).toPrecision(3)} ms`;
const mb = (bytes) => `${(bytes / 1e6).toPrecision(3)} MB`;
const lines = [
  ["", "requests/s", "p50", "p99", "cold start", `memory at ${MANY}`, "file"],
  ...results.map(({ name, rate, p50, p99, cold, memory, size }) => [
    name,
    Math.round(rate).toLocaleString("en"),
    ms(p50),
    ms(p99),
    ms(cold / 1e3),
    mb(memory),
    size ? mb(size) : "-",
  ]),
];
const table = grid(lines);
console.log(table);
for (const { name, errors } of results) {
  for (const error of errors) console.log(`${name}: ${error}`);
}

writeFileSync(join(FOLDER, "http.json"), `${JSON.stringify({ date, machine, rounds, results, samples }, null, 2)}\n`);
console.error(`\nwritten: http.json in ${FOLDER}`);

if (options.publish) {
  if (options.quick || words) throw new Error("--publish needs all servers, and not --quick");
  const about = `Measured on ${date} in ${rounds} rounds on ${machine}, wrk with ${CONNECTIONS} connections on the same machine.`;
  publish("docs/guides/serve.md", "bench-http", `${about}\n\n${table}`);
}
