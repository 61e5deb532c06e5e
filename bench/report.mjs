// What the comparisons say, and where they publish it.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

export const date = new Date().toISOString().slice(0, 10);
export const machine = `${cpus().length} × ${cpus()[0].model.trim()}`;

/** A table in Markdown of lines of cells, the first of which is the head: readable on a terminal too. */
export function grid(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const row = (line) => `| ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [row(lines[0]), rule, ...lines.slice(1).map(row)].join("\n");
}

/** Puts a text between the comments of this name in a page of the repository. */
export function publish(page, name, text) {
  const place = new URL(`../${page}`, import.meta.url);
  const whole = readFileSync(place, "utf8");
  const part = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`);
  if (!part.test(whole)) throw new Error(`${page} has no place for ${name}`);
  writeFileSync(place, whole.replace(part, (_, start, end) => `${start}${text}\n${end}`));
  console.error(`published in ${page}`);
}
