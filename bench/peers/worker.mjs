// One world of the comparison: `node --expose-gc worker.mjs quickjs-wasi`. It answers lines of its
// standard input, `NAME MILLISECONDS`, with lines of JSON, as `src/main.rs` does.
import { createInterface } from "node:readline";

import { measure } from "./measure.mjs";
import { basic } from "./work/basic.mjs";
import { data } from "./work/data.mjs";
import { memory } from "./work/memory.mjs";
import { programs } from "./work/programs.mjs";
import { snapshots } from "./work/snapshots.mjs";
import { text } from "./work/text.mjs";

const KINDS = {
  create: basic, eval: basic, call: basic, host: basic,
  text,
  items: data, numbers: data, buffer: data, tree: data, graph: data,
  small: snapshots, large: snapshots,
  memory,
  program: programs,
};

const world = await import(`./worlds/${process.argv[2]}.mjs`);
await world.start?.();

/** All ways to do the work of that name, each measured. */
async function answer(name, budget) {
  const [kind] = name.split("-", 1);
  const tasks = (await KINDS[kind]?.(world, name)) ?? [];
  const answers = [];
  for (const { how, run, operations = 1, checksum, value } of tasks) {
    // What earlier work has left is not this work's to clean up.
    globalThis.gc();
    const found = value ?? (await measure(run, budget / tasks.length)) / operations;
    answers.push({ how, value: found, checksum });
  }
  return answers;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [name, budget] = line.split(" ");
  console.log(JSON.stringify(await answer(name, Number(budget))));
}
