/** The local time of a VM: rules in the format TZif (RFC 9636), made of a function that says offsets. */

import type { TimeZone } from "../abi/bindings.js";
import type { QuickJSOptions } from "./types.js";

/** Seconds between two questions: no zone changes its time twice in a week. */
const STEP = 7 * 86_400;

/** From 1900 to 2100, in seconds since 1970. Before and after it, the first and the last offset hold. */
const FIRST = -2_208_988_800;
const LAST = 4_102_444_800;

/** Seconds that a local time is ahead of UTC, at a moment in seconds since 1970. */
type Ahead = (seconds: number) => number;

/** What was made of functions, and of the host's zone. */
const ofFunctions = new WeakMap<(seconds: number) => number, TimeZone>();
const ofHosts = new Map<string, TimeZone>();

/** The time zone of the options. */
export function timeZoneOf(given: QuickJSOptions["timezoneOffset"] = "host"): TimeZone {
  if (typeof given === "number") {
    return { tag: "fixed", val: minutes(-given) };
  }
  if (typeof given === "function") {
    return cached(ofFunctions, given, () => rules("custom", (seconds) => -checked(given(seconds)) * 60));
  }
  if (given !== "host") {
    throw new TypeError("timezoneOffset is 'host', minutes west of UTC, or a function that returns them");
  }
  const name = hostName();
  return cached(ofHosts, name, () => rules(name, hostAhead));
}

const hostAhead: Ahead = (seconds) => -new Date(seconds * 1000).getTimezoneOffset() * 60;

/** The name of the host's zone, with what tells that it may have changed. To ask for a name takes as long as a VM. */
let host: { name: string; asked: number; ahead: string } | undefined;

/** Milliseconds after which the host is asked again. */
const FRESH = 1_000;

function hostName(): string {
  const now = Date.now();
  const ahead = [0, 1, 2, 3].map((quarter) => hostAhead(now / 1000 + quarter * 91 * 86_400)).join();
  if (host === undefined || host.ahead !== ahead || Math.abs(now - host.asked) > FRESH) {
    host = { name: new Intl.DateTimeFormat().resolvedOptions().timeZone, asked: now, ahead };
  }
  return host.name;
}

function cached<K>(
  made: { get(key: K): TimeZone | undefined; set(key: K, value: TimeZone): unknown },
  key: K,
  make: () => TimeZone,
): TimeZone {
  const zone = made.get(key) ?? make();
  made.set(key, zone);
  return zone;
}

function minutes(value: number): number {
  return checked(value) | 0;
}

function checked(value: unknown): number {
  if (typeof value !== "number" || !(Math.abs(value) < 1440)) {
    throw new RangeError(`timezoneOffset is ${String(value)}: it is less than 1,440 minutes`);
  }
  return value;
}

function rules(name: string, ahead: Ahead): TimeZone {
  const changes = changesOf(ahead);
  const start = ahead(FIRST);
  if (changes.length === 0 && start % 60 === 0) {
    return { tag: "fixed", val: start / 60 };
  }
  return { tag: "rules", val: { name, tzif: tzif(start, changes) } };
}

/** The moments from which on other offsets hold. */
function changesOf(ahead: Ahead): { at: number; offset: number }[] {
  const changes: { at: number; offset: number }[] = [];
  let offset = ahead(FIRST);
  for (let at = FIRST; at < LAST; at += STEP) {
    const next = ahead(at + STEP);
    if (next === offset) {
      continue;
    }
    let [before, after] = [at, at + STEP];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (ahead(middle) === offset) {
        before = middle;
      } else {
        after = middle;
      }
    }
    offset = ahead(after);
    changes.push({ at: after, offset });
  }
  return changes;
}

/** The length of a header: a magic number, a version, and six counts. */
const HEADER = 44;

/** The abbreviation of all types: nothing shows it. */
const ABBREVIATION = [0x4c, 0x4f, 0x43, 0];

/** Rules in the format TZif, of version 2. */
function tzif(start: number, changes: { at: number; offset: number }[]): Uint8Array {
  const types = [...new Set([start, ...changes.map(({ offset }) => offset)])];
  const empty = 6 + ABBREVIATION.length;
  const size = HEADER + empty + HEADER + changes.length * 9 + types.length * 6 + ABBREVIATION.length + 2;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const header = (times: number, kinds: number): void => {
    bytes.set([0x54, 0x5a, 0x69, 0x66, 0x32], at);
    view.setUint32(at + 32, times);
    view.setUint32(at + 36, kinds);
    view.setUint32(at + 40, ABBREVIATION.length);
    at += HEADER;
  };
  // Readers of version 2 skip the first block, which must be there.
  header(0, 1);
  bytes.set(ABBREVIATION, at + 6);
  at += empty;
  header(changes.length, types.length);
  for (const change of changes) {
    view.setBigInt64(at, BigInt(change.at));
    at += 8;
  }
  for (const { offset } of changes) {
    view.setUint8(at++, types.indexOf(offset));
  }
  for (const type of types) {
    view.setInt32(at, type);
    at += 6;
  }
  bytes.set(ABBREVIATION, at);
  // No rule for later times: the last offset holds.
  bytes.set([0x0a, 0x0a], at + ABBREVIATION.length);
  return bytes;
}
