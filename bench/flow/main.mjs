// Durable programs side by side: `node main.mjs --jsvm EXECUTABLE [--quick] [--worlds jsvm,dbos,workflow] [--publish]`.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildWorkflow } from "./built.mjs";
import { startPostgres } from "./postgres.mjs";
import { PAST, rows, table } from "./rows.mjs";

const { values: options } = parseArgs({
  options: {
    jsvm: { type: "string" },
    quick: { type: "boolean", default: false },
    worlds: { type: "string", default: "jsvm,dbos,workflow" },
    only: { type: "string", default: "" },
    port: { type: "string", default: "54321" },
  },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const target = resolve(process.env.CARGO_TARGET_DIR ?? join(here, "../../target"), "bench-flow");
mkdirSync(target, { recursive: true });
const worlds = options.worlds.split(",");
const wants = (work) => options.only === "" || options.only.split(",").some((wish) => work.startsWith(wish));
const small = options.quick ? 10 : 1;

// How long one work may take in a world. What is not done by then is shown so.
const PATIENCE = 300_000;

// What each work does. `workflow` reads all past events at each step, so that it gets less to do.
const works = {
  one: (world) => ["throughput", { flows: 1, steps: (world === "workflow" ? 100 : 2000) / small }],
  many: (world) => ["throughput", { flows: 100, steps: (world === "workflow" ? 10 : 200) / small }],
  latency: (world) => ["latency", { count: (world === "workflow" ? 50 : 200) / small }],
  waiting: (world) => ["waiting", { count: (world === "workflow" ? 1_000 : 10_000) / small }],
  stored: (world) => ["stored", { steps: (world === "workflow" ? 100 : 2000) / small }],
};

const figures = {};
const keep = (world, work, found) => {
  (figures[world] ??= {})[work] = found;
  console.error(`${world} ${work}: ${JSON.stringify({ ...found, times: undefined })}`);
};

if (worlds.includes("jsvm")) {
  const given = ["--bench", ...(options.quick ? ["--quick"] : []), ...options.only.split(",").filter(Boolean)];
  const lines = execFileSync(options.jsvm, given, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  for (const line of lines.trim().split("\n")) {
    const { work, figures: found } = JSON.parse(line);
    keep("jsvm", work, found);
  }
}

const peers = worlds.filter((world) => world !== "jsvm");
const postgres = peers.includes("dbos") ? await startPostgres(join(target, "postgres"), Number(options.port)) : undefined;
const built = peers.includes("workflow") ? buildWorkflow(join(target, "workflow")) : undefined;
const folder = join(target, "workflow-data");

// Runs a work in a process of its own. The store is empty, unless the last work has filled it.
const measure = (world, work, given, isFilled = false) => {
  const place = { built, folder };
  if (world === "dbos") place.url = isFilled ? postgres.url("bench") : postgres.fresh("bench");
  else if (!isFilled) rmSync(folder, { recursive: true, force: true });
  const before = postgres?.cpu();
  const args = ["--no-deprecation", "--expose-gc", join(here, "worker.mjs"), world, work, JSON.stringify({ ...given, ...place })];
  const ran = spawnSync(process.execPath, args, { encoding: "utf8", timeout: PATIENCE, cwd: here });
  if (ran.error?.code === "ETIMEDOUT") return { late: true };
  if (ran.status !== 0) {
    console.error(ran.stderr.slice(0, 2000));
    return { failed: true };
  }
  const found = JSON.parse(ran.stdout.trim().split("\n").at(-1));
  if (world === "dbos") found.serverCpu = Math.max(0, postgres.cpu() - before - idleCpu);
  return found;
};

// What the server computes for a process that does nothing: mostly the tables that DBOS creates.
let idleCpu = 0;

try {
  for (const world of peers) {
    if (world === "dbos") idleCpu = measure(world, "nothing", {}).serverCpu ?? 0;
    for (const [work, make] of Object.entries(works)) {
      if (!wants(work)) continue;
      const [name, given] = make(world);
      keep(world, work, { ...measure(world, name, given), ...given });
    }
    for (const past of PAST) {
      const steps = past === PAST.at(-1) ? past / small : past;
      if (!wants(`recover-${steps}`)) continue;
      const filled = world === "workflow" && steps > 1000 ? { late: true } : measure(world, "fill", { steps });
      const isFilled = !filled.late && !filled.failed;
      keep(world, `recover-${steps}`, isFilled ? measure(world, "recover", {}, true) : filled);
    }
  }
} finally {
  await postgres?.stop();
}

const cpu = cpus()[0]?.model ?? "an unknown processor";
const load = readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(", ");
const text = `${table(rows(figures), worlds)}\n\n${cpus().length} processors, ${cpu}; load ${load}; Node.js ${process.version}; ${new Date().toISOString().slice(0, 10)}.\n`;
writeFileSync(join(target, "figures.json"), `${JSON.stringify(figures, undefined, 2)}\n`);
writeFileSync(join(target, "table.md"), text);
console.log(text);
