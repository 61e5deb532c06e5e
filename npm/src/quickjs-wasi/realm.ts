/** What scripts find in the global object: the names that quickjs-wasi has there. */

import { INTRINSICS } from "../abi/bindings.js";
import type { Engine } from "../engine.js";
import type { Value } from "../value.js";
import type { Core } from "./core.js";
import { Intrinsics } from "./flags.js";
import type { ExtensionDescriptor, SnapshotExtension } from "./types.js";

/** The global names of quickjs-wasi beyond those that the language has. */
const PLATFORM = ["queueMicrotask", "DOMException", "btoa", "atob", "performance", "InternalError"];

/** The names that extensions add. */
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  url: ["URL", "URLSearchParams"],
  encoding: ["TextEncoder", "TextDecoder"],
  headers: ["Headers"],
  crypto: ["crypto", "Crypto", "SubtleCrypto", "CryptoKey"],
  "structured-clone": ["structuredClone"],
};

/** What each flag of `Intrinsics` stands for. */
const PARTS: readonly (readonly [flag: number, part: number])[] = [
  [Intrinsics.DATE, INTRINSICS.date],
  [Intrinsics.EVAL, INTRINSICS.eval],
  [Intrinsics.REGEXP, INTRINSICS.regexp],
  [Intrinsics.JSON, INTRINSICS.json],
  [Intrinsics.PROXY, INTRINSICS.proxy],
  [Intrinsics.MAP_SET, INTRINSICS.mapSet],
  [Intrinsics.TYPED_ARRAYS, INTRINSICS.typedArrays],
  [Intrinsics.PROMISE, INTRINSICS.promise],
  [Intrinsics.WEAK_REF, INTRINSICS.weakRef],
  [Intrinsics.PERFORMANCE, INTRINSICS.performance],
  [Intrinsics.ATOB_BTOA, INTRINSICS.base64],
];

/** The extensions of a VM, as its snapshots tell of them. */
export function extensionsOf(given: readonly ExtensionDescriptor[] = []): SnapshotExtension[] {
  return given.map((descriptor) => {
    const initFn = descriptor.initFn ?? `qjs_ext_${String(descriptor.name).replaceAll("-", "_")}_init`;
    const known = Object.keys(EXTENSIONS).find(
      (name) => initFn === `qjs_ext_${name.replaceAll("-", "_")}_init`,
    );
    if (known === undefined) {
      throw new TypeError(
        `the extension ${JSON.stringify(descriptor.name)} is not part of this engine, which links no libraries. ` +
          `It has ${Object.keys(EXTENSIONS).join(", ")}. Give scripts a host function instead`,
      );
    }
    return { name: descriptor.name, memoryBase: 0, tableBase: 0, initFn };
  });
}

function namesOf(extensions: readonly SnapshotExtension[]): Set<string> {
  const names = new Set(PLATFORM);
  for (const [name, added] of Object.entries(EXTENSIONS)) {
    if (extensions.some(({ initFn }) => initFn === `qjs_ext_${name.replaceAll("-", "_")}_init`)) {
      added.forEach((one) => names.add(one));
    }
  }
  return names;
}

/** The global names that the engine has beyond the language: those of the web platform, and the console. */
const platforms = new WeakMap<Engine, readonly string[]>();

function platformOf(engine: Engine): readonly string[] {
  const known = platforms.get(engine);
  if (known !== undefined) {
    return known;
  }
  const vm = engine.createVm();
  const names = (global: Value): string[] => global.ownKeys(1 | 4) as string[];
  const before = names(vm.global);
  const all = INTRINSICS;
  vm.instance.realmRemoveIntrinsics(all.web | all.timers | all.console | all.performance | all.domException | all.base64);
  const left = new Set(names(vm.global));
  vm.dispose();
  const platform = before.filter((name) => !left.has(name));
  platforms.set(engine, platform);
  return platform;
}

/** The global names that a fresh VM has, and that quickjs-wasi would not have there. */
export function absentNames(engine: Engine, extensions: readonly SnapshotExtension[]): string[] {
  const kept = namesOf(extensions);
  return platformOf(engine).filter((name) => !kept.has(name));
}

/** Removes the parts of the language that are not among the flags. */
export function removeIntrinsics(core: Core, intrinsics = Intrinsics.ALL as number): void {
  const removed = removedBy(intrinsics >>> 0);
  if (removed !== 0) {
    core.instance.realmRemoveIntrinsics(removed);
  }
}

function removedBy(intrinsics: number): number {
  let removed = 0;
  for (const [flag, part] of PARTS) {
    removed |= (intrinsics & flag) === 0 ? part : 0;
  }
  // `atob` and `btoa` throw these errors.
  const exceptions = Intrinsics.DOM_EXCEPTION | Intrinsics.ATOB_BTOA;
  return (intrinsics & exceptions) === 0 ? removed | INTRINSICS.domException : removed;
}
