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
import { Bindings, imports, MODULE_KIND } from "./abi/bindings.js";
import type { Argument, Handle } from "./abi/machine.js";
import { codec } from "./codec.js";
import { EngineError, UseError } from "./errors.js";
import type { HostFunction, Modules, ModuleSource } from "./options.js";
import type { Watch } from "./watch.js";

type Outcome<T> = { ok: T } | { error: Argument };

/** What an embedder gives to a VM. */
export interface Given {
  functions: Map<string, HostFunction>;
  console: ((level: Level, text: string) => void) | undefined;
  modules: Modules | undefined;
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

/** Makes an instance of the engine's module. */
export function instantiate(
  module: WebAssembly.Module,
  given: Given,
  watch: Watch,
  hardMemory: number,
): Instance {
  const minimum = minimumOf(module);
  const maximum = Math.max(minimum, Math.min(Math.ceil(hardMemory / PAGE) + minimum, PAGE));
  let memory;
  try {
    memory = new WebAssembly.Memory({ initial: minimum, maximum });
  } catch (cause) {
    throw new UseError("the host has no memory for another VM: dispose of some", { cause });
  }
  const instance = new Instance(memory);
  instance.codec = codec;
  instance.watch = watch;
  const created = new WebAssembly.Instance(module, imports(instance, hostOf(given, watch, instance)));
  instance.connect(created);
  return instance;
}

/** How many pages of memory the module needs at first. */
const minima = new WeakMap<WebAssembly.Module, number>();

function minimumOf(module: WebAssembly.Module): number {
  const known = minima.get(module);
  if (known !== undefined) {
    return known;
  }
  // The type of an import cannot be asked for everywhere, but the error of a wrong one names it.
  for (let pages = 64; pages <= 1024; pages *= 2) {
    try {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: PAGE });
      const needed: WebAssembly.Imports = { env: { memory } };
      for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
        if (kind === "function") {
          (needed[from] ??= {})[name] = () => 0;
        }
      }
      new WebAssembly.Instance(module, needed);
      minima.set(module, pages);
      return pages;
    } catch (cause) {
      if (!(cause instanceof WebAssembly.LinkError)) {
        throw cause;
      }
    }
  }
  throw new EngineError("the file is no engine of this package: it takes no memory");
}

/** The embedder, as the imports call it. What its functions throw, scripts get. */
function hostOf(given: Given, watch: Watch, instance: Instance): Host {
  return {
    hostCall(name: string, args: Argument[]): Outcome<Argument> {
      const called = given.functions.get(name);
      if (called === undefined) {
        throw new TypeError(`the embedder has no host function ${name}`);
      }
      const result = called(...args);
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
      const source = given.modules?.load(name);
      if (source === undefined) {
        throw new TypeError(`cannot find the module ${JSON.stringify(name)}`);
      }
      return { ok: { tag: "source", val: sourceOf(name, source) } };
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

/** The name of a module: relative specifiers are resolved against that of the importer. */
function resolved(specifier: string, importer: string): string {
  if (!/^\.{0,2}\//.test(specifier)) {
    return specifier;
  }
  const path = specifier.startsWith("/") ? [] : importer.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      path.pop();
    } else if (part !== "." && part !== "") {
      path.push(part);
    }
  }
  return (specifier.startsWith("/") ? "/" : "") + path.join("/");
}

function sourceOf(name: string, source: ModuleSource) {
  const given = typeof source === "string" ? { text: source } : source;
  const { kind = "es", text, url, exports = [] } = given;
  const isRight =
    typeof text === "string" && MODULE_KIND.includes(kind) && Array.isArray(exports) && (url === undefined || typeof url === "string");
  if (!isRight) {
    throw new TypeError(`modules.load(${JSON.stringify(name)}) returned no module: a text, or { text, kind, url, exports }`);
  }
  return { kind, text, url, mappings: undefined, exports: exports.map(String) };
}
