// The table, in Markdown.
import { median } from "../peers/statistics.mjs";
import { grid } from "../report.mjs";

const time = (ms) => (ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
const sum = (steps, what) => steps.reduce((sum, step) => sum + step[what], 0);

/** A row for each step, and rows about all of them. */
export function table(worlds, runs) {
  const middle = (name, value) => median(runs[name].map(value));
  const names = worlds.map(({ name }) => name);
  const steps = runs[names[0]][0].steps;
  const total = (name) => middle(name, ({ steps }) => sum(steps, "ms"));
  const row = (title, cell) => [title, ...names.map(cell)];
  const crossed = (what) => (name) => sum(runs[name][0].steps, what);
  return grid([
    ["", ...worlds.map(({ title }) => title)],
    ...steps.map((step, i) => row(step.name, (name) => time(middle(name, ({ steps }) => steps[i].ms)))),
    row("all steps", (name) => `**${time(total(name))}**`),
    row("of the first column", (name) => `${(total(name) / total(names[0])).toPrecision(3)}`),
    row("the whole process", (name) => time(middle(name, ({ whole }) => whole))),
    row("calls into the component", (name) => `${crossed("calls")(name)}`),
    row("bytes that cross, both ways", (name) => `${(crossed("bytes")(name) / 1e6).toFixed(1)} MB`),
  ]);
}
