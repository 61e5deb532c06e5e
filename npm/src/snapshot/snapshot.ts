/** Frozen VMs. */

import type { OuterState, VmLimits } from "../abi/codec.js";
import { SnapshotError } from "../errors.js";
import type { EngineSource } from "../load.js";
import type { Image } from "./image.js";

/** The engine of a snapshot: only the same one can restore it. */
export interface EngineName {
  /** The SHA-256 of the engine's component, in hexadecimal digits. */
  readonly id: string;
  /** The version of jsvm that built it. */
  readonly version: string;
}

/** The options of {@link Snapshot.toBytes}. */
export interface WriteOptions {
  /** `small` compresses hard and slowly; `fast`, the default, is for snapshots that are made often. */
  compression?: "fast" | "small";
  /** A secret key of 32 bytes: nobody without it can read or change the snapshot. */
  key?: Uint8Array;
}

/** The options of {@link Snapshot.fromBytes}. */
export interface ReadOptions {
  /** The key that the snapshot was sealed with. A snapshot that is not sealed is then refused. */
  key?: Uint8Array;
  /** The snapshot that this one is relative to, if it is a delta. */
  parent?: Snapshot;
  /** The most bytes that the VM's memory may have: 256 MiB. Small files can expand to as much. */
  maxMemory?: number;
}

const MAX_MEMORY = 256 << 20;

/** Reads and writes files. It is fetched when it is first used. */
const codec = () => import("./codec.js");

/**
 * The state of a VM at one moment: what differs from the state of a fresh VM of the same engine.
 *
 * In memory it needs nothing else. Its bytes are those of the Rust crate `jsvm`, so that a VM that is
 * frozen here goes on there, and the other way round. {@link Snapshot.toBytes} and
 * {@link Snapshot.fromBytes} load the file `snapshot.wasm` of the package at their first use.
 *
 * ```js
 * const bytes = await vm.snapshot().toBytes();
 * // Later, elsewhere:
 * const vm = engine.restore(await Snapshot.fromBytes(bytes));
 * ```
 */
export class Snapshot {
  /** The engine that made it. */
  readonly engine: EngineName;
  /** @internal */
  readonly image: Image;
  /** @internal */
  readonly state: OuterState;
  /** What this one is stored relative to: the identity of that snapshot, if it is known, and its memory. */
  readonly #parent: { id: () => Promise<string>; image: Image } | undefined;
  #id: Promise<string> | undefined;

  /** @internal */
  constructor(
    engine: EngineName,
    image: Image,
    state: OuterState,
    more: { id?: string; parent?: { id: () => Promise<string>; image: Image } } = {},
  ) {
    this.engine = engine;
    this.image = image;
    this.state = state;
    this.#id = more.id === undefined ? undefined : Promise.resolve(more.id);
    this.#parent = more.parent;
  }

  /**
   * Reads a snapshot.
   *
   * Throws a {@link SnapshotError} whose `reason` says why if the bytes are something else, damaged,
   * sealed with another key, of a later format, or relative to a snapshot that was not given.
   */
  static async fromBytes(bytes: Uint8Array | ArrayBuffer, options: ReadOptions = {}): Promise<Snapshot> {
    const { decode } = await codec();
    const { parent, key, maxMemory = MAX_MEMORY } = options;
    const decoded = await decode(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes, parent, key, maxMemory);
    const isDelta = parent !== undefined && decoded.parent !== undefined;
    return new Snapshot(decoded.engine, decoded.image, decoded.state, {
      id: decoded.id,
      parent: isDelta ? { id: () => parent.id(), image: parent.image } : undefined,
    });
  }

  /** Reads the last of a chain of snapshots, of which each is relative to the one before it. */
  static async fromChain(
    chain: Iterable<Uint8Array | ArrayBuffer>,
    options: Omit<ReadOptions, "parent"> = {},
  ): Promise<Snapshot> {
    let last: Snapshot | undefined;
    for (const bytes of chain) {
      last = await Snapshot.fromBytes(bytes, { ...options, parent: last });
    }
    if (last === undefined) {
      throw new SnapshotError("not-a-snapshot", "the chain has no snapshot");
    }
    return last;
  }

  /**
   * Loads the codec now, from the package or from what is given: where a host allows no compiling, a
   * compiled module of `snapshot.wasm`.
   */
  static async loadCodec(source?: EngineSource): Promise<void> {
    await (await codec()).load(source);
  }

  /** Makes a random key for {@link WriteOptions.key}. */
  static generateKey(): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(32));
  }

  /** Writes the bytes to store. A snapshot of {@link Vm.snapshotSince} is written as a delta. */
  async toBytes(options: WriteOptions = {}): Promise<Uint8Array> {
    const { encode } = await codec();
    return encode(this, this.#parent?.image, options);
  }

  /** Names the VM's state: 32 hexadecimal digits, the same however the state is stored. */
  id(): Promise<string> {
    return (this.#id ??= codec().then(({ identify }) => identify(this.image)));
  }

  /** Names the snapshot that this one is stored relative to, if it is a delta. */
  async parentId(): Promise<string | undefined> {
    return this.#parent?.id();
  }

  /** @internal The same state, to be stored relative to another. */
  since(parent: Snapshot): Snapshot {
    if (parent.engine.id !== this.engine.id) {
      throw otherEngine(parent.engine);
    }
    return new Snapshot(this.engine, this.image, this.state, {
      parent: { id: () => parent.id(), image: parent.image },
    });
  }

  /** The same snapshot, to be stored whole instead of as a delta. */
  flatten(): Snapshot {
    const flat = new Snapshot(this.engine, this.image, this.state);
    flat.#id = this.#id;
    return flat;
  }

  /** The same snapshot with something noted in it: the name of the program, the step of a workflow. */
  withMetadata(key: string, value: string): Snapshot {
    const others = this.state.metadata.filter(([known]) => known !== key);
    const metadata: [string, string][] = [...others, [String(key), String(value)]];
    const noted = new Snapshot(this.engine, this.image, { ...this.state, metadata }, { parent: this.#parent });
    noted.#id = this.#id;
    return noted;
  }

  /** What {@link Snapshot.withMetadata} noted, by key. */
  get metadata(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.state.metadata);
  }

  /** The time of the VM's clock when it was frozen. */
  get created(): Date {
    return new Date(Number(this.state.wall / 1_000_000n));
  }

  /** The limits that the VM had, with times in nanoseconds. */
  get limits(): Readonly<VmLimits> {
    return this.state.limits;
  }

  /** How many bytes it holds in memory. */
  get byteLength(): number {
    return this.image.bytes.length;
  }

  /** How many bytes of memory the VM's state takes. Most of it can be zero. */
  get memorySize(): number {
    return Number(this.image.size);
  }
}

/** The error for a snapshot of another engine. */
export function otherEngine(engine: EngineName): SnapshotError {
  return new SnapshotError(
    "other-engine",
    `the snapshot is of engine ${engine.id} of jsvm ${engine.version}: restore it with the js-vm.wasm of that version of the package`,
    { engine },
  );
}
