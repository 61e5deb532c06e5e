/** Frozen VMs, and their bytes. */

import { decodeNow, encodeNow } from "../snapshot/codec.js";
import { Snapshot as Frozen } from "../snapshot/snapshot.js";
import type { Core } from "./core.js";
import { codecNow } from "./codec.js";
import { extensionsOf } from "./realm.js";
import type { SnapshotExtension } from "./types.js";

/** A frozen VM. It can be copied as any record can, such as by `structuredClone`. */
export interface Snapshot {
  /** The bytes of the snapshot, as `serializeSnapshot()` writes them. */
  memory: Uint8Array;
  /** 0: the bytes have all of the state. */
  stackPointer: number;
  /** 0 */
  runtimePtr: number;
  /** 0 */
  contextPtr: number;
  /** The extensions that the VM had. */
  extensions: SnapshotExtension[];
}

/** Under which key a snapshot notes the extensions of its VM. */
const EXTENSIONS = "quickjs-wasi.extensions";

/** The most bytes that a VM's memory may have. */
const MAX_MEMORY = 2 ** 32;

/** The states of snapshots of this process, which need no bytes. */
const states = new WeakMap<Snapshot, Frozen>();

/** Freezes a VM. Bytes are written when they are asked for. */
export function freeze(core: Core): Snapshot {
  const frozen = core.enter(({ vm }) => vm.snapshot());
  const names = (core.options.extensions ?? []).map(({ name, initFn }) => initFn ?? name).join(" ");
  return recordOf(names === "" ? frozen : frozen.withMetadata(EXTENSIONS, names));
}

function recordOf(frozen: Frozen, bytes?: Uint8Array): Snapshot {
  let written = bytes;
  const record = {
    get memory(): Uint8Array {
      return (written ??= encodeNow(codecNow(), frozen, undefined, {}));
    },
    stackPointer: 0,
    runtimePtr: 0,
    contextPtr: 0,
    extensions: noted(frozen),
  };
  states.set(record, frozen);
  return record;
}

function noted(frozen: Frozen): SnapshotExtension[] {
  const names = frozen.metadata[EXTENSIONS]?.split(" ") ?? [];
  return extensionsOf(names.map((name) => (name.startsWith("qjs_ext_") ? { name, initFn: name } : { name })));
}

/** The state of a snapshot. */
export async function frozenOf(snapshot: Snapshot): Promise<Frozen> {
  return states.get(snapshot) ?? Frozen.fromBytes(bytesOf(snapshot), { maxMemory: MAX_MEMORY });
}

function bytesOf(snapshot: Snapshot): Uint8Array {
  const bytes: unknown = snapshot?.memory;
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError("this is no snapshot: pass what vm.snapshot() or QuickJS.deserializeSnapshot() returned");
  }
  return bytes;
}

/** Writes a snapshot to bytes. */
export function serialize(snapshot: Snapshot): Uint8Array {
  return bytesOf(snapshot).slice();
}

/** Reads a snapshot from bytes. Where the codec is not loaded yet, a restore does that. */
export function deserialize(data: Uint8Array): Snapshot {
  const bytes = new Uint8Array(data);
  const codec = codecNow.ifLoaded();
  if (codec === undefined) {
    return { memory: bytes, stackPointer: 0, runtimePtr: 0, contextPtr: 0, extensions: [] };
  }
  const { engine, image, state, id } = decodeNow(codec, bytes, undefined, undefined, MAX_MEMORY);
  return recordOf(new Frozen(engine, image, state, { id }), bytes);
}
