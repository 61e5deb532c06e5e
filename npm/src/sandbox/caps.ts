/** What a cell may use, beside the limits of its VM. */

/** What a cell may use. */
export interface Caps {
  /** UTF-16 units of the code of a cell: 262,144. */
  code?: number;
  /** Milliseconds of a cell, waiting for tools included and waiting for approval not: 60,000. */
  time?: number;
  /** UTF-16 units of what a cell prints: 65,536. The rest is counted. */
  console?: number;
  /** UTF-16 units of the value of a cell: 65,536. A larger value is described by its beginning. */
  value?: number;
  /** Calls of tools in one cell: 1,000. */
  calls?: number;
  /** Calls of tools at the same time: 16. Others wait for their turn. */
  concurrentCalls?: number;
  /** UTF-16 units of the result of a tool, as JSON: 4,194,304. */
  toolResult?: number;
}

/** All caps, with their defaults. */
export function completeCaps(caps: Caps = {}): Required<Caps> {
  const all: Required<Caps> = {
    code: 256 << 10,
    time: 60_000,
    console: 64 << 10,
    value: 64 << 10,
    calls: 1_000,
    concurrentCalls: 16,
    toolResult: 4 << 20,
  };
  for (const [name, value] of Object.entries(caps)) {
    if (value === undefined) {
      continue;
    }
    if (!(name in all)) {
      throw new TypeError(`there is no cap ${JSON.stringify(name)}: ${Object.keys(all).join(", ")}`);
    }
    if (typeof value !== "number" || !(value >= (name === "concurrentCalls" ? 1 : 0))) {
      throw new TypeError(`caps.${name} is a number of at least ${name === "concurrentCalls" ? 1 : 0}`);
    }
    all[name as keyof Caps] = value;
  }
  return all;
}
