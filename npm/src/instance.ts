/** An instance of the engine, with the embedder's functions behind its imports. */

import type {
  Datetime,
  Host,
  ImportKind,
  InterruptPoint,
  InterruptReason,
  Level,
  Module,
} from "./abi/bindings.js";
import { Bindings, imports } from "./abi/bindings.js";
import type { Argument, Handle } from "./abi/machine.js";
import { codec } from "./codec.js";
import { UseError } from "./errors.js";
import { missing, resolved, sourceModule } from "./modules/resolve.js";
import type { Modules, VmOptions } from "./options.js";
import { isService, serviceModule } from "./services.js";
import type { Watch } from "./watch.js";

type Outcome<T> = { ok: T } | { error: Argument };

/** What an embedder gives to a VM. */
export interface Given {
  hostCall(name: string, args: Argument[]): unknown;
  console: ((level: Level, text: string) => void) | undefined;
  modules: Modules | undefined;
  /** The services whose modules scripts can import. */
  services: Pick<VmOptions, "keyvalue" | "config">;
  clock: { now(): number; elapsed(): number };
  random(): bigint;
}

/** The engine's exports, and what they need of this package. */
export class Instance extends Bindings {
  protected override createText(units: Uint16Array): Handle {
    return this.valuesCreateText({ tag: "utf16", val: units });
  }

  protected override release(token: bigint): void {
    this.rootsRelease(token);
  }
}

const PAGE = 65_536;

/** Makes an instance of the engine's module, which needs `minimum` pages of memory at first. */
export function instantiate(
  module: WebAssembly.Module,
  layout: ReadonlyMap<string, number>,
  minimum: number,
  given: Given,
  watch: Watch,
  hardMemory: number,
): Instance {
  const maximum = Math.max(minimum, Math.min(Math.ceil(hardMemory / PAGE) + minimum, PAGE));
  let memory;
  try {
    memory = new WebAssembly.Memory({ initial: minimum, maximum });
  } catch (cause) {
    throw new UseError("the host has no memory for another VM: dispose of some", { cause });
  }
  const instance = new Instance(memory);
  instance.codec = codec;
  instance.layout = layout;
  instance.watch = watch;
  const created = new WebAssembly.Instance(module, imports(instance, hostOf(given, watch, instance)));
  instance.connect(created);
  return instance;
}

/** The embedder, as the imports call it. What its functions throw, scripts get. */
function hostOf(given: Given, watch: Watch, instance: Instance): Host {
  return {
    hostCall(name: string, args: Argument[]): Outcome<Argument> {
      const result = given.hostCall(name, args);
      if (isThenable(result)) {
        result.then(undefined, () => {});
        throw new TypeError(`the host function ${name} returned a promise: define it among asyncFunctions`);
      }
      return { ok: instance.prepared(result) };
    },
    shouldInterrupt(point: InterruptPoint): InterruptReason | undefined {
      return watch.poll(point);
    },
    consoleWrite(level: Level, text: string): void {
      try {
        given.console?.(level, text);
      } catch (value) {
        // It cannot be thrown through the VM, and must not be lost.
        watch.thrown ??= { value };
      }
    },
    resolveModule(specifier: string, importer: string, kind: ImportKind): Outcome<string> {
      if (isService(given.services, specifier)) {
        return { ok: specifier };
      }
      if (given.modules === undefined) {
        throw new TypeError(`cannot import ${JSON.stringify(specifier)}: the VM has no modules`);
      }
      const name = given.modules.resolve?.(specifier, importer, kind) ?? resolved(specifier, importer);
      if (typeof name !== "string") {
        throw new TypeError(`modules.resolve(${JSON.stringify(specifier)}) returned no string`);
      }
      return { ok: name };
    },
    loadModule(name: string): Outcome<Module> {
      if (isService(given.services, name)) {
        return { ok: serviceModule(name) };
      }
      const source = given.modules?.load?.(name);
      if (source === undefined) {
        throw missing(name);
      }
      return { ok: sourceModule(name, source) };
    },
    wallClockNow(): Datetime {
      const milliseconds = given.clock.now();
      const seconds = Math.floor(milliseconds / 1000);
      return {
        seconds: BigInt.asUintN(64, BigInt(seconds)),
        nanoseconds: Math.min(999_999_999, Math.floor((milliseconds - seconds * 1000) * 1e6)),
      };
    },
    monotonicClockNow: () => BigInt(Math.round(given.clock.elapsed() * 1e6)),
    getRandomU64: () => given.random(),
  };
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
