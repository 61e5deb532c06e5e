/**
 * The codec of snapshots, for functions that cannot wait. Hosts with a file system read it when it is first
 * needed. Elsewhere it is fetched while the first VM is made.
 */

import { UseError } from "../errors.js";
import { load } from "../snapshot/codec.js";

/** What of Node.js is used, in the hosts that have it. */
interface Files {
  readFileSync(url: URL): Uint8Array<ArrayBuffer>;
}

const FILE = new URL("../../snapshot.wasm", import.meta.url);

let loaded: WebAssembly.Module | undefined;

function files(): Files | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Files | undefined } };
  return FILE.protocol === "file:" ? process?.getBuiltinModule?.("node:fs") : undefined;
}

/** Loads the codec if it cannot be loaded later. */
export async function prepareCodec(): Promise<void> {
  if (loaded === undefined && files() === undefined) {
    loaded = await load();
  }
}

/** The codec. */
export function codecNow(): WebAssembly.Module {
  const module = codecNow.ifLoaded();
  if (module === undefined) {
    throw new UseError("the codec of snapshots is not loaded yet: await QuickJS.create() or QuickJS.restore() first");
  }
  return module;
}

/** The codec, if it can be had now. */
codecNow.ifLoaded = (): WebAssembly.Module | undefined => {
  if (loaded === undefined) {
    const read = files();
    if (read !== undefined) {
      loaded = new WebAssembly.Module(read.readFileSync(FILE));
    }
  }
  return loaded;
};
