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

/** How each world did what it has several ways for, and what it has no way for. */
function ways({ versions, rows }) {
  const worlds = Object.keys(versions);
  const shown = rows.filter(({ group }) => group === "data" || group === "snapshots");
  if (shown.length === 0) return "";
  const lines = [["", ...worlds], ...shown.map(({ title, worlds: cells }) => [title, ...worlds.map((world) => cells[world]?.how ?? "-")])];
  return `\n## How each does it\n\nWhere there are several ways, the quickest was taken.\n\n${grid(lines)}\n`;
}

/** When and with what it was measured. */
function circumstances(report) {
  const versions = Object.entries(report.versions).map(([world, version]) => `${world} ${version}`).join("; ");
  return `Measured on ${report.date} in ${report.rounds} rounds on ${report.machine}: ${versions}.`;
}

/** What the README of the repository has. */
export function summary(report) {
  return `${circumstances(report)}\n\n${table(report, { programs: false })}`;
}

/** The whole report. */
export function markdown(report) {
  const note = report.quick ? "\nTwo short rounds: these are no figures to rely on.\n" : "";
  return `# Compared with its peers

Written by \`./just bench-peers\`. ${circumstances(report)}
${note}
Each figure is a median; in brackets is how many times what jsvm takes, so above 1 jsvm is quicker or
smaller. A dash is what a package has no way for. [bench/README.md](../bench/README.md) says what each
line means.

![How many times what jsvm takes](peers.svg)

${table(report, { programs: true })}
${ways(report)}`;
}
