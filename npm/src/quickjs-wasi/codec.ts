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

let loaded: WebAssembly.Module | undefined;

/** The file system of the host, if this module is a file there. */
function files(): Files | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Files | undefined } };
  return import.meta.url?.startsWith("file:") ? process?.getBuiltinModule?.("node:fs") : undefined;
}

/** Loads the codec if it cannot be loaded later. Programs that write no snapshots go on without it. */
export async function prepareCodec(): Promise<void> {
  if (loaded === undefined && files() === undefined) {
    loaded = await load().catch(() => undefined);
  }
}

/** The codec. */
export function codecNow(): WebAssembly.Module {
  const module = codecNow.ifLoaded();
  if (module === undefined) {
    throw new UseError(
      "the codec of snapshots is not loaded: await QuickJS.create() first. Where the package's files cannot be " +
        "fetched, give snapshot.wasm as a module to Snapshot.loadCodec() of the package before that",
    );
  }
  return module;
}

/** The codec, if it can be had now. */
codecNow.ifLoaded = (): WebAssembly.Module | undefined => {
  if (loaded === undefined) {
    const bytes = files()?.readFileSync(new URL("../../snapshot.wasm", import.meta.url));
    loaded = bytes === undefined ? undefined : new WebAssembly.Module(bytes);
  }
  return loaded;
};
