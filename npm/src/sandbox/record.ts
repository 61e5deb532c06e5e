/** What a VM says about its session, as for the Rust crate `jsvm-sandbox`. */

import { SnapshotError } from "../errors.js";

/** The record that `install.js` keeps in the VM, as JSON. */
export interface SessionRecord {
  id: string;
  /** How many cells have run. */
  cells: number;
  /** The code of the cell that waits. */
  code: string;
}

/** Reads the record of a restored VM. */
export function readRecord(text: unknown): SessionRecord {
  let record: Partial<SessionRecord> | null = null;
  try {
    record = JSON.parse(String(text)) as Partial<SessionRecord> | null;
  } catch {
    // Below.
  }
  const { id, cells, code } = record ?? {};
  if (typeof id !== "string" || !isCount(cells) || typeof code !== "string") {
    throw notASession();
  }
  return { id, cells, code };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The error for a snapshot of another VM. */
export function notASession(): SnapshotError {
  return new SnapshotError("malformed", "the snapshot is not that of a session: restore what Session.save() returned");
}
