/** Frozen VMs. */
import type { Core } from "./core.js";
import { Snapshot as Frozen } from "../snapshot.js";
import type { SnapshotExtension } from "./types.js";

/** A frozen VM. */
export interface Snapshot {
  /** The state. */
  memory: Uint8Array;
  stackPointer: number;
  runtimePtr: number;
  contextPtr: number;
  extensions: SnapshotExtension[];
}

const states = new WeakMap<Snapshot, Frozen>();

export function freeze(core: Core): Snapshot {
  const frozen = core.enter(({ vm }) => vm.snapshot());
  const s: Snapshot = { memory: new Uint8Array(), stackPointer: 0, runtimePtr: 0, contextPtr: 0, extensions: [] };
  states.set(s, frozen);
  return s;
}
export function frozenOf(s: Snapshot): Frozen {
  return states.get(s)!;
}
export function serialize(_: Snapshot): Uint8Array { throw new Error("todo"); }
export function deserialize(_: Uint8Array): Snapshot { throw new Error("todo"); }
