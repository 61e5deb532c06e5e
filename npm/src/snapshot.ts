/** Frozen VMs, in memory. */

import type { Engine } from "./engine.js";
import { SnapshotError } from "./errors.js";
import type { Instance } from "./instance.js";
import type { Vm } from "./vm.js";

/** The unit in which a snapshot holds what differs from a fresh VM. */
const CHUNK = 1024;

/** The state of a VM at one moment: what differs from the state of a fresh VM of the same engine. */
export class Snapshot {
  readonly #engine: Engine;
  /** The size of the image, in bytes. */
  readonly #size: number;
  /** Offsets in the image, and the bytes there. */
  readonly #runs: readonly { offset: number; bytes: Uint8Array }[];

  private constructor(engine: Engine, size: number, runs: { offset: number; bytes: Uint8Array }[]) {
    this.#engine = engine;
    this.#size = size;
    this.#runs = runs;
  }

  /** @internal */
  static take(vm: Vm): Snapshot {
    const { instance, engine } = vm;
    const base = engine.base;
    instance.snapshotSweep();
    const size = Number(instance.snapshotGetSize());
    return new Snapshot(engine, size, differences(instance, base.start, size, base.bytes));
  }

  /** How many bytes it holds. */
  get byteLength(): number {
    return this.#runs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** @internal Writes the image into a fresh instance. */
  write(engine: Engine, instance: Instance): void {
    if (engine.module !== this.#engine.module) {
      throw new SnapshotError("the snapshot is of another engine: restore it with the engine that took it");
    }
    const { start } = engine.base;
    if (this.#size > Number(instance.snapshotGetSize())) {
      instance.snapshotGrow(BigInt(this.#size));
    }
    for (const { offset, bytes } of this.#runs) {
      instance.u8.set(bytes, start + offset);
    }
  }
}

/** The runs of an image in which it differs from that of a fresh VM. */
function differences(
  instance: Instance,
  start: number,
  size: number,
  base: Uint8Array,
): { offset: number; bytes: Uint8Array }[] {
  const runs: { offset: number; bytes: Uint8Array }[] = [];
  const image = new Int32Array(instance.memory.buffer, start, size / 4);
  const fresh = new Int32Array(base.buffer, base.byteOffset, base.length / 4);
  const words = CHUNK / 4;
  let begun = -1;
  for (let at = 0; at <= image.length; at += words) {
    let differs = false;
    const end = at === image.length ? at : at + words;
    for (let index = at; index < end; index++) {
      // Beyond the end of a fresh image, memory is zero.
      if (image[index] !== (index < fresh.length ? fresh[index] : 0)) {
        differs = true;
        break;
      }
    }
    if (differs && begun < 0) {
      begun = at;
    } else if (!differs && begun >= 0) {
      runs.push({ offset: begun * 4, bytes: instance.u8.slice(start + begun * 4, start + at * 4) });
      begun = -1;
    }
  }
  return runs;
}
