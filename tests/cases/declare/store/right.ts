import { Bucket, copy } from "acme:store/kv@1.2.0";
import * as kv from "acme:store/kv";
import { log } from "logging:log/logger";
import traceLine from "trace-line";
import { traceLine as same } from "trace-line";
import { now } from "extra";
import type { World, handler as types, Point } from "acme:store/app";

export const handler = {
  handle(thing: types.Thing, into: Bucket): types.Outcome {
    log("very-bad", thing.fullName + thing.note?.length);
    const found = into.get("a");
    if (!found) return { tag: "nothing" };
    using other = Bucket.open("b", true);
    copy(other, new kv.Bucket("c"));
    return { tag: "done", val: into.list().length + into.list("a", 3).length };
  },
  maybe: (thing) => thing?.note,
} satisfies types.Exports;

export const greet: World["greet"] = async (name) => {
  traceLine(name);
  same(name, 3);
  const [seconds, nanoseconds] = now();
  return `${name} ${seconds + 1n} ${nanoseconds + 1}`;
};

export function moveBy(point: Point, by?: Point): Point {
  return { x: point.x + (by?.x ?? 0), y: point.y };
}

export const inLine = { check: (bytes: Uint8Array) => void bytes.length };

export function pickItem(items: import("acme:store/app").Item[]) {
  return items[0];
}

/** More than the world asks for. */
export const version = 1;
