/** Handles that are given up together, and handles that outlive their VM. */

import type { Core } from "./core.js";
import type { JSValueHandle } from "./handle.js";
import type { HandleScope } from "./types.js";

/** Calls a function, and gives up the handles that it made and did not let escape. */
export function withScope<T>(core: Core, fn: (scope: HandleScope) => T): T {
  core.live();
  const enclosing = core.scope;
  const made = new Set<JSValueHandle>();
  core.scope = made;
  const escape = <H extends JSValueHandle>(handle: H): H => {
    if (made.delete(handle)) {
      enclosing?.add(handle);
    }
    return handle;
  };
  try {
    return fn({ escape });
  } finally {
    core.scope = enclosing;
    made.forEach((handle) => handle.dispose());
  }
}

/** Keeps a value under a number, which is part of the VM's state. */
export function exportHandle(core: Core, handle: JSValueHandle): number {
  core.live();
  if (handle.disposed) {
    throw new Error("exportHandle: handle is disposed");
  }
  if (handle.isBorrowed) {
    throw new Error("exportHandle: the handle ends with the host call. dup() it and export the duplicate");
  }
  handle.input(core);
  const value = handle.value();
  return Number(core.enter(({ instance }) => instance.rootsRetain(value, "state")));
}

/** A handle to the value of a number. */
export function importHandle(core: Core, token: number): JSValueHandle {
  core.live();
  const isNumber = Number.isSafeInteger(token) && token > 0;
  const found = isNumber ? core.enter(({ instance }) => instance.rootsGetRetained(BigInt(token))) : undefined;
  if (found === undefined) {
    throw new Error(`importHandle: invalid token ${token}`);
  }
  return core.wrap(found as never);
}
