// Runs a program in Node.js and in jsvm, and says whether they print the same.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../");

/** Runs a command: its standard output, or the line of standard error that names the error. */
export const output = (command, args, cwd, timeout = 120_000) =>
  new Promise((done) => {
    const environment = { ...process.env, NO_COLOR: "1" };
    execFile(command, args, { cwd, timeout, maxBuffer: 1 << 26, env: environment }, (error, stdout, stderr) => {
      if (!error) return done({ stdout });
      const lines = stderr.split("\n");
      // Above the error, there can be a line with its place, and the line of the source.
      const line = lines.find((line) => /^(Uncaught |\w*Error\b)/.test(line)) ?? lines.find((line) => /error/i.test(line) && !/:\d+:\d+$/.test(line)) ?? (error.killed ? `still runs after ${timeout / 1000} s` : `ends with ${error.code}`);
      // Pages show it: a place in the checkout is the same on every machine.
      done({ error: line.trim().replaceAll(ROOT, "").slice(0, 160), stdout });
    });
  });

/** Why two outputs differ: the error of one, or the first line that differs. Empty if they are the same. */
export function difference(theirs, ours) {
  if (theirs.error) return `Node.js: ${theirs.error}`;
  if (ours.error) return ours.error;
  if (ours.stdout === theirs.stdout) return "";
  const expected = theirs.stdout.split("\n");
  const lines = ours.stdout.split("\n");
  const index = lines.findIndex((line, index) => line !== expected[index]);
  return index < 0 ? "prints less" : `prints ${JSON.stringify(lines[index].slice(0, 100))}, not ${JSON.stringify((expected[index] ?? "").slice(0, 100))}`;
}

/** Replaces the text of a file between two comments, `<!-- NAME -->` and `<!-- /NAME -->`. */
export function replacePart(file, name, text) {
  const start = `<!-- ${name} -->\n`;
  const end = `<!-- /${name} -->`;
  const old = readFileSync(file, "utf8");
  const from = old.indexOf(start);
  const to = old.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no comments ${start.trim()} and ${end}`);
  writeFileSync(file, old.slice(0, from + start.length) + text + old.slice(to));
}
