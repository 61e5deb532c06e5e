// What is measured: the rows of the table, in order.
import { readdirSync } from "node:fs";

import { BENCH, check } from "./files.mjs";

/** Milliseconds for which a row is measured in each round, in each world. */
const BUDGET = 60;

const row = (group) => ([name, title, more]) => ({ group, name, title, unit: "time", budget: BUDGET, ...more });

const basic = [
  ["create", "create a VM, eval `1+2`, drop it"],
  ["eval", "eval `1+2`"],
  ["call", "call a function with two numbers"],
  ["host-call", "a script calls the host with a number"],
];

const sizes = [
  ["short", "10 bytes"],
  ["page", "1 KiB"],
  ["long", "1 MiB, ASCII"],
  ["wide", "1 Mi units, not ASCII"],
];
const strings = sizes.flatMap(([name, title]) => [
  [`text-out-${name}`, `${title}, out`],
  [`text-in-${name}`, `${title}, in`],
]);

const kinds = [
  ["items", "2,000 objects of four fields"],
  ["numbers", "100,000 numbers"],
  ["buffer", "a buffer of 10 MB"],
  ["tree", "a tree of 200 levels"],
  ["graph", "1,000 objects in cycles"],
];
const data = kinds.flatMap(([name, title]) => [
  [`${name}-out`, `${title}, out`, { budget: 2 * BUDGET }],
  [`${name}-in`, `${title}, in`, { budget: 2 * BUDGET }],
]);

const heaps = [
  ["small", "small VM"],
  ["large", "10 MB heap"],
];
const snapshots = heaps.flatMap(([name, title]) => [
  [`${name}-snapshot`, `${title}: snapshot, in memory`],
  [`${name}-restore`, `${title}: restore from it, first result`],
  [`${name}-store`, `${title}: snapshot to compressed bytes`],
  [`${name}-load`, `${title}: restore from them, first result`],
  [`${name}-size`, `${title}: how many bytes`, { unit: "size", rounds: 1 }],
]);

// Each in a process of its own: what others leave behind would be used again.
const memory = [["memory", "one more idle VM, of 200", { unit: "size", fresh: true, rounds: 3 }]];

const programs = readdirSync(new URL("programs/", BENCH))
  .filter((file) => file.endsWith(".js"))
  .map((file) => file.slice(0, -".js".length))
  .sort()
  .map((name) => [`program-${name}`, name, { budget: 3 * BUDGET, program: name }]);

export const GROUPS = {
  basic: "creating and calling",
  strings: "strings",
  data: "data",
  snapshots: "snapshots",
  memory: "memory",
  throughput: "throughput",
};

export const ROWS = [
  ...basic.map(row("basic")),
  ...strings.map(row("strings")),
  ...data.map(row("data")),
  ...snapshots.map(row("snapshots")),
  ...memory.map(row("memory")),
  ...programs.map(row("throughput")),
];

/** The rows whose group or name starts with one of some words. */
export function chosen(words) {
  if (words.length === 0) return ROWS;
  const rows = ROWS.filter((row) =>
    words.some((word) => [row.group, row.name, row.program].some((name) => name?.startsWith(word))),
  );
  check(rows.length > 0, `nothing is called ${words.join(" or ")}; there is ${Object.keys(GROUPS).join(", ")}`);
  return rows;
}
