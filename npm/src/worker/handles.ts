/** Handles in data, which stay in the thread of their VM. */

import { Value } from "../value.js";

/** Returns data as it is. Throws if there are handles in it: a message would have empty objects in their place. */
export function withoutHandles<T>(data: T, what: string): T {
  const seen = new Set<unknown>();
  const open: unknown[] = [data];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) {
      continue;
    }
    if (value instanceof Value) {
      throw new TypeError(`${what} has a function, promise or symbol in it, which cannot leave the worker: return data`);
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      continue;
    }
    seen.add(value);
    if (value instanceof Map) {
      value.forEach((entry, key) => open.push(key, entry));
    } else if (value instanceof Set) {
      value.forEach((entry) => open.push(entry));
    }
    for (const entry of Object.values(value)) {
      open.push(entry);
    }
  }
  return data;
}
