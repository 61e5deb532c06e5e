/** The files of snapshots, read and written by the Rust code of the crate `jsvm-snapshot`. */

import { Bindings, imports } from "../abi/codec.js";
import type { CodecError, Decoded, Image } from "../abi/codec.js";
import type { Codec } from "../abi/machine.js";
import { SnapshotError, UseError } from "../errors.js";
import { callFresh, type HelperFailure, HelperModule } from "../helper.js";
import type { EngineSource } from "../load.js";
import { otherEngine, type Snapshot, type WriteOptions } from "./snapshot.js";

/** The most pages of memory that reading or writing may take: 2 GiB. */
const MAX_PAGES = 32_768;

const file = new HelperModule("the codec of snapshots", () => new URL("../../snapshot.wasm", import.meta.url));

/** Compiles the codec, or takes what is given in its place. */
export function load(source?: EngineSource): Promise<WebAssembly.Module> {
  return file.load(source);
}

const words = new BigUint64Array(1);

function getRandomU64(): bigint {
  crypto.getRandomValues(words);
  return words[0]!;
}

const none = (): never => {
  throw new UseError("the codec has no values");
};

const hooks: Codec = {
  handle: none,
  dispose: none,
  encode: none,
  decode: none,
  failure: (_, payload) => errorOf(payload as CodecError),
};

async function use<T>(call: (codec: Bindings) => T): Promise<T> {
  return useNow(await load(), call);
}

function useNow<T>(module: WebAssembly.Module, call: (codec: Bindings) => T): T {
  return callFresh(module, {
    what: "the codec of snapshots",
    maxPages: MAX_PAGES,
    bind(memory) {
      const bindings = new Bindings(memory);
      bindings.codec = hooks;
      return bindings;
    },
    imports: (bindings) => imports(bindings, { getRandomU64 }),
    call,
    failed,
  });
}

/** The error of a call that did not end. */
function failed(why: HelperFailure, cause: unknown): SnapshotError {
  switch (why) {
    case "memory":
      return new SnapshotError("no-memory", "the host has too little memory to read or write the snapshot", { cause });
    case "stack":
      return new SnapshotError(
        "failed",
        "the snapshot cannot be read or written: the host's stack is exhausted. Call it from fewer frames",
        { cause },
      );
    case "trap":
      return new SnapshotError(
        "failed",
        `the snapshot cannot be read or written: the codec failed (${cause instanceof Error ? cause.message : String(cause)}). Report this with the snapshot`,
        { cause },
      );
  }
}

/** The identity of a state. */
export function identify(image: Image): Promise<string> {
  return use((codec) => codec.codecGetId(image));
}

/** Writes a file. */
export async function encode(
  snapshot: Snapshot,
  parent: Image | undefined,
  options: WriteOptions,
): Promise<Uint8Array> {
  return encodeNow(await load(), snapshot, parent, options);
}

/** Writes a file by a codec that is compiled already. */
export function encodeNow(
  module: WebAssembly.Module,
  snapshot: Snapshot,
  parent: Image | undefined,
  options: WriteOptions,
): Uint8Array {
  const { compression = "fast", key } = options;
  if (compression !== "fast" && compression !== "small") {
    throw new TypeError(`compression is "fast" or "small", found ${JSON.stringify(compression)}`);
  }
  checkKey(key);
  const { engine, state, image } = snapshot;
  return useNow(module, (codec) => codec.codecEncode(engine, state, image, parent, { small: compression === "small", key }));
}

/** Reads a file. */
export async function decode(
  bytes: Uint8Array,
  parent: Snapshot | undefined,
  key: Uint8Array | undefined,
  maxMemory: number,
): Promise<Decoded> {
  return decodeNow(await load(), bytes, parent, key, maxMemory);
}

/** Reads a file by a codec that is compiled already. */
export function decodeNow(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  parent: Snapshot | undefined,
  key: Uint8Array | undefined,
  maxMemory: number,
): Decoded {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError("a snapshot is read from a Uint8Array or an ArrayBuffer");
  }
  checkKey(key);
  if (!(maxMemory >= 0)) {
    throw new TypeError("maxMemory is a number of bytes");
  }
  const options = { maxMemory: BigInt(Math.floor(Math.min(maxMemory, Number.MAX_SAFE_INTEGER))), key };
  const decoded = useNow(module, (codec) => codec.codecDecode(bytes, parent?.image, options));
  if (parent !== undefined && decoded.parent !== undefined && parent.engine.id !== decoded.engine.id) {
    throw otherEngine(decoded.engine);
  }
  return decoded;
}

function checkKey(key: Uint8Array | undefined): void {
  if (key !== undefined && !(key instanceof Uint8Array && key.length === 32)) {
    throw new TypeError("a key is a Uint8Array of 32 bytes: Snapshot.generateKey() makes one");
  }
}

function errorOf(error: CodecError): SnapshotError {
  switch (error.tag) {
    case "not-a-snapshot":
      return new SnapshotError(error.tag, "this is not a snapshot");
    case "old-format":
    case "unknown-format": {
      const { found, allowed } = error.val;
      const which = error.tag === "old-format" ? "the version that made it" : "a newer version";
      return new SnapshotError(
        error.tag,
        `the snapshot is in format ${found}, and this version of the package reads format ${allowed}: use ${which}`,
      );
    }
    case "truncated":
      return new SnapshotError(
        error.tag,
        `the snapshot is incomplete: it should have at least ${error.val.allowed} bytes and has ${error.val.found}`,
      );
    case "damaged":
      return new SnapshotError(error.tag, "the snapshot is damaged: its checksum does not match");
    case "malformed":
      return new SnapshotError(error.tag, `the snapshot is malformed: ${error.val}`);
    case "other-engine":
      return otherEngine(error.val);
    case "too-large":
      return new SnapshotError(
        error.tag,
        `the snapshot needs ${error.val.found} bytes of memory, and ${error.val.allowed} are allowed: raise maxMemory`,
      );
    case "missing-parent":
      return new SnapshotError(
        error.tag,
        `the snapshot is a delta: it holds only what changed since snapshot ${error.val}. Pass that as parent`,
        { parent: error.val },
      );
    case "wrong-parent":
      return new SnapshotError(
        error.tag,
        `the snapshot holds what changed since snapshot ${error.val.expected}, and not since ${error.val.found}`,
        { parent: error.val.expected },
      );
    case "sealed":
      return new SnapshotError(error.tag, "the snapshot is sealed: pass its key");
    case "not-sealed":
      return new SnapshotError(
        error.tag,
        "the snapshot is not sealed, though a key was given: it could come from anyone. Read it without the key if you trust its source",
      );
    case "wrong-key":
      return new SnapshotError(
        error.tag,
        "the key is not the one that the snapshot was sealed with, or its bytes were altered",
      );
    case "failed":
      return new SnapshotError(error.tag, `the snapshot cannot be read or written: ${error.val}`);
  }
}
