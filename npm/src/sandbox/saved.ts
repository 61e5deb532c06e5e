/**
 * A session at rest.
 *
 * Its bytes are those of the Rust crate `jsvm-sandbox`:
 *
 * | bytes | |
 * |---|---|
 * | 8 | magic: `JSVMCELL` |
 * | 1 | version: 1 |
 * | 1 | how many snapshots follow: 1 or 2 |
 * | | for each its length (8, little-endian), and its file |
 *
 * A session that waits has two: its state before the cell, and what changed since.
 */

import { SnapshotError, type SnapshotReason } from "../errors.js";
import { type ReadOptions, Snapshot, type WriteOptions } from "../snapshot/snapshot.js";

const MAGIC = "JSVMCELL";
const VERSION = 1;
/** Bytes before the first snapshot. */
const HEAD = MAGIC.length + 2;
/** Bytes of the length of a snapshot. */
const LENGTH = 8;

/**
 * A session at rest, from {@link Session.save}. {@link Sandbox.restore} continues it, any number of times.
 *
 * It is written and read as {@link Snapshot} is. `jsvm mcp` and the Rust crate `jsvm-sandbox` have the same
 * bytes, so a session continues there, and the other way round.
 *
 * ```js
 * const bytes = await session.save().toBytes();
 * // Days later, in another process:
 * const session = sandbox.restore(await SavedSession.fromBytes(bytes));
 * ```
 */
export class SavedSession {
  /** @internal The state before the cell that waits. */
  readonly start: Snapshot | undefined;
  /** @internal The present state. The VM has the record that describes its session. */
  readonly now: Snapshot;

  /** @internal */
  constructor(start: Snapshot | undefined, now: Snapshot) {
    this.start = start;
    this.now = now;
  }

  /** Writes the bytes to store. */
  async toBytes(options: WriteOptions = {}): Promise<Uint8Array> {
    const { start, now } = this;
    const parts = start === undefined ? [now.flatten()] : [start.flatten(), now.since(start)];
    const files = await Promise.all(parts.map((part) => part.toBytes(options)));
    const bytes = new Uint8Array(files.reduce((size, file) => size + LENGTH + file.length, HEAD));
    const view = new DataView(bytes.buffer);
    bytes.set(new TextEncoder().encode(MAGIC));
    bytes.set([VERSION, files.length], MAGIC.length);
    let at = HEAD;
    for (const file of files) {
      view.setBigUint64(at, BigInt(file.length), true);
      bytes.set(file, at + LENGTH);
      at += LENGTH + file.length;
    }
    return bytes;
  }

  /**
   * Reads a session.
   *
   * Throws a {@link SnapshotError} whose `reason` says why if the bytes are something else, damaged, sealed with
   * another key, or need more memory than `maxMemory`.
   */
  static async fromBytes(
    bytes: Uint8Array | ArrayBuffer,
    options: Omit<ReadOptions, "parent"> = {},
  ): Promise<SavedSession> {
    const files = filesIn(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes);
    const first = await Snapshot.fromBytes(files[0], options);
    return files.length === 1
      ? new SavedSession(undefined, first)
      : new SavedSession(first, await Snapshot.fromBytes(files[1], { ...options, parent: first }));
  }
}

function filesIn(bytes: Uint8Array): [Uint8Array] | [Uint8Array, Uint8Array] {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError("a session is read from a Uint8Array or an ArrayBuffer");
  }
  const begins = new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length));
  if (!MAGIC.startsWith(begins)) {
    throw refused("not-a-snapshot", "this is not a saved session");
  }
  if (bytes.length < HEAD) {
    throw cutOff();
  }
  const [version, count] = bytes.subarray(MAGIC.length);
  if (version !== VERSION) {
    throw refused(
      "unknown-format",
      `the session is in format ${version}, and this version of the package reads format ${VERSION}: use a newer version`,
    );
  }
  if (count !== 1 && count !== 2) {
    throw refused("malformed", `the saved session is malformed: it has ${count} snapshots, and 1 or 2 are possible`);
  }
  let at = HEAD;
  const file = (): Uint8Array => {
    if (bytes.length - at < LENGTH) {
      throw cutOff();
    }
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getBigUint64(0, true);
    at += LENGTH;
    if (length > BigInt(bytes.length - at)) {
      throw cutOff();
    }
    const found = bytes.subarray(at, at + Number(length));
    at += found.length;
    return found;
  };
  const files: [Uint8Array] | [Uint8Array, Uint8Array] = count === 1 ? [file()] : [file(), file()];
  if (at !== bytes.length) {
    throw refused("malformed", "the saved session is malformed: it has bytes beyond its end");
  }
  return files;
}

function cutOff(): SnapshotError {
  return refused("truncated", "the saved session is incomplete: its end is missing");
}

function refused(reason: SnapshotReason, message: string): SnapshotError {
  return new SnapshotError(reason, message);
}
