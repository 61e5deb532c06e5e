// From figures to the rows of a table.

// Past steps of the flows that are recovered.
export const PAST = [10, 1_000, 100_000];

const digits = (number, count = 3) => Number(number.toPrecision(count)).toLocaleString("en-US", { maximumFractionDigits: 6 });

const quantile = (times, part) => [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) * part)];

const bytes = (number) => (number >= 10_000 ? `${digits(number / 1000)} KB` : `${digits(number)} B`);

// What is shown for a figure, or why there is none.
const shown = (found, make) => {
  if (found === undefined) return "";
  if (found.late) return "not in 5 min";
  if (found.failed) return "fails";
  return make(found);
};

const cpuOf = ({ cpu, serverCpu = 0, steps }) => ((cpu + serverCpu) * 1000) / steps;
const normal = (found) => found && { ...found, steps: found.flows === undefined ? found.steps : found.flows * found.steps };

export const rows = (figures) => {
  const list = [];
  const row = (label, work, make, change = (found) => found) => {
    const cells = {};
    for (const [world, found] of Object.entries(figures)) cells[world] = shown(change(found[work]), make);
    if (Object.values(cells).some((cell) => cell !== "")) list.push({ label, cells });
  };
  row("steps per second, one flow", "one", ({ steps, wall }) => digits(steps / wall), normal);
  row("steps per second, 100 flows", "many", ({ steps, wall }) => digits(steps / wall), normal);
  row("steps per second, one flow, without waiting for the disk", "unsynced", ({ steps, wall }) => digits(steps / wall), normal);
  row("CPU time for 1,000 steps, one flow, without waiting for the disk", "unsynced", (found) => `${digits(cpuOf(found))} s`, normal);
  row("CPU time for 1,000 steps, one flow", "one", (found) => `${digits(cpuOf(found))} s`, normal);
  row("CPU time for 1,000 steps, 100 flows", "many", (found) => `${digits(cpuOf(found))} s`, normal);
  row("from a signal to the next step, p50", "latency", ({ times }) => `${digits(quantile(times, 0.5))} ms`);
  row("from a signal to the next step, p99", "latency", ({ times }) => `${digits(quantile(times, 0.99))} ms`);
  row("memory for each waiting flow", "waiting", (found) => bytes(Math.max(0, found.bytes)));
  const past = new Set(Object.values(figures).flatMap((found) => Object.keys(found).filter((work) => work.startsWith("recover-"))));
  for (const work of [...past].sort((a, b) => a.slice(8) - b.slice(8))) {
    const count = Number(work.slice(8)).toLocaleString("en-US");
    row(`recovery after ${count} steps`, work, ({ ms, read }) =>
      read === undefined ? `${digits(ms)} ms` : `${digits(ms)} ms, ${digits(read)} ms of which to read the store`,
    );
  }
  row("bytes stored for a step with a result of 4 bytes", "stored", (found) => bytes(found.bytes));
  return list;
};

export const table = (list, worlds) => {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(["", ...worlds]),
    line(["---", ...worlds.map(() => "---:")]),
    ...list.map(({ label, cells }) => line([label, ...worlds.map((world) => cells[world] ?? "")])),
  ].join("\n");
};
