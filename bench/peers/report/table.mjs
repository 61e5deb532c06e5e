// The results as a table in Markdown, which is readable on a terminal too.
import { grid } from "../../report.mjs";
import { GROUPS } from "../rows.mjs";
import { quantity, times } from "./format.mjs";

function cell(found, unit, first) {
  if (found === null) return "-";
  const value = quantity(found.value, unit);
  return first || found.ratio === null ? value : `${value} (${times(found.ratio)})`;
}

/** The table, with a line for each throughput program or only their mean. */
export function table({ versions, rows, throughput }, { programs }) {
  const worlds = Object.keys(versions);
  const lines = [["", ...worlds]];
  for (const [group, title] of Object.entries(GROUPS)) {
    const members = rows.filter((row) => row.group === group);
    if (members.length === 0) continue;
    lines.push([`**${title}**`, ...worlds.map(() => "")]);
    if (group === "throughput") {
      const range = ({ mean, least, most }) => `**${times(mean)}** (${times(least)} to ${times(most)})`;
      const cells = worlds.map((world, i) => (i === 0 ? "1" : range(throughput[world])));
      lines.push([`geometric mean of ${members.length} programs`, ...cells]);
      if (!programs) continue;
    }
    for (const { title, unit, worlds: cells } of members) {
      lines.push([title, ...worlds.map((world, i) => cell(cells[world], unit, i === 0))]);
    }
  }
  return grid(lines);
}

/** Which operation of each package was measured. */
function ways({ versions, rows }) {
  const worlds = Object.keys(versions);
  const shown = rows.filter(({ group }) => group === "data" || group === "snapshots");
  if (shown.length === 0) return "";
  const lines = [["", ...worlds], ...shown.map(({ title, worlds: cells }) => [title, ...worlds.map((world) => (cells[world] ? `\`${cells[world].how}\`` : "-"))])];
  return `\n### Operations measured\n\nIf a package has several operations for the same work, the fastest was measured.\n\n${grid(lines)}\n`;
}

/** When and with what it was measured. */
function circumstances(report) {
  const versions = Object.entries(report.versions).map(([world, version]) => `${world} ${version}`).join("; ");
  return `Measured on ${report.date} in ${report.rounds} rounds on ${report.machine}: ${versions}.`;
}

/** The rows that README has: one of each kind, with titles for readers who know nothing of jsvm. */
const HIGHLIGHTS = {
  create: "Create a VM, evaluate `1+2`, drop it",
  "small-size": "Snapshot of a small VM, compressed",
  "small-load": "Restore that snapshot, until the first result",
};

/** README's table: its circumstances, four rows and how to read them. */
export function highlights(report) {
  const { versions, rows, throughput } = report;
  const worlds = Object.keys(versions);
  const lines = [["", ...worlds]];
  for (const [name, title] of Object.entries(HIGHLIGHTS)) {
    const row = rows.find((row) => row.name === name);
    lines.push([title, ...worlds.map((world, i) => cell(row.worlds[world], row.unit, i === 0))]);
  }
  const programs = rows.filter(({ group }) => group === "throughput").length;
  const means = worlds.map((world, i) => (i === 0 ? "1" : times(throughput[world].mean)));
  lines.push([`Run time of ${programs} programs, geometric mean`, ...means]);
  return `${grid(lines)}\n\n${circumstances(report)}`;
}

/** What docs/comparison.md has: all rows. */
export function figures(report) {
  return `${circumstances(report)}\n\n${table(report, { programs: true })}\n${ways(report)}`;
}

/** The whole report, as a page of its own. */
export function markdown(report) {
  const note = report.quick ? "\nTwo short rounds: do not rely on these figures.\n" : "";
  return `# Compared with its peers

Written by \`./just bench-peers\`.
${note}
Each figure is a median. The number in brackets is how many times jsvm's figure that is: above 1, jsvm is faster or
smaller. A dash means that the package has no such operation.

![How many times jsvm's figure each peer takes](peers.svg)

${figures(report)}`;
}
