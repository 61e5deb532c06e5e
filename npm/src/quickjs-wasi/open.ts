/** Makes VMs: of options, and of snapshots. */

import { Engine } from "../engine.js";
import type { Limits } from "../limits.js";
import type { Modules, VmOptions } from "../options.js";
import type { Snapshot as Frozen } from "../snapshot/snapshot.js";
import type { Vm } from "../vm.js";
import type { Core } from "./core.js";
import { MAX_STACK_SIZE } from "./flags.js";
import { installParts } from "./host-calls.js";
import { QuickJS } from "./quickjs.js";
import { absentNames, extensionsOf, removeIntrinsics } from "./realm.js";
import { templateOf } from "./template.js";
import { timeZoneOf } from "./time-zone.js";
import type { QuickJSOptions } from "./types.js";
import { clocksOf } from "./wasi.js";

/** The names of options, by which they are told from the bytes of an engine. */
const OPTIONS: readonly (keyof QuickJSOptions)[] = [
  "wasm",
  "wasi",
  "memoryLimit",
  "maxStackSize",
  "interruptHandler",
  "onUnhandledRejection",
  "moduleLoader",
  "intrinsics",
  "extensions",
  "timezoneOffset",
];

/** The options, of which those are checked that could be wrong without a sign. */
export function optionsOf(given?: QuickJSOptions | BufferSource | WebAssembly.Module): QuickJSOptions {
  if (given === undefined || given === null) {
    return {};
  }
  const isEngine =
    given instanceof WebAssembly.Module || given instanceof ArrayBuffer || ArrayBuffer.isView(given);
  if (isEngine) {
    return { wasm: given };
  }
  const unknown = Object.keys(given).find((name) => !(OPTIONS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`there is no option ${JSON.stringify(unknown)}: ${OPTIONS.join(", ")}`);
  }
  const { maxStackSize, memoryLimit } = given;
  if (
    maxStackSize !== undefined &&
    !(Number.isInteger(maxStackSize) && maxStackSize >= 0 && maxStackSize <= MAX_STACK_SIZE)
  ) {
    throw new RangeError(`maxStackSize must be an integer between 0 and ${MAX_STACK_SIZE}`);
  }
  if (memoryLimit !== undefined && !(memoryLimit >= 0)) {
    throw new RangeError("memoryLimit must be a number of bytes");
  }
  return given;
}

/** The engines of bytes, by their length and a hash: a snapshot belongs to the engine that took it. */
const ofBytes = new Map<string, Promise<Engine>>();
const ofModules = new WeakMap<WebAssembly.Module, Engine>();
let packaged: Promise<Engine> | undefined;

/** The engine of a file's bytes or of a compiled module; without either, that of this package. */
export function engineOf(wasm: QuickJSOptions["wasm"]): Promise<Engine> {
  if (wasm === undefined) {
    packaged ??= forgotten(Engine.load(), () => (packaged = undefined));
    return packaged;
  }
  if (wasm instanceof WebAssembly.Module) {
    const engine = ofModules.get(wasm) ?? new Engine(wasm);
    ofModules.set(wasm, engine);
    return Promise.resolve(engine);
  }
  const bytes =
    wasm instanceof ArrayBuffer ? new Uint8Array(wasm) : new Uint8Array(wasm.buffer, wasm.byteOffset, wasm.byteLength);
  const key = `${bytes.length}:${hashOf(bytes)}`;
  const known = ofBytes.get(key);
  if (known !== undefined) {
    return known;
  }
  const engine = forgotten(Engine.load(bytes as Uint8Array<ArrayBuffer>), () => ofBytes.delete(key));
  ofBytes.set(key, engine);
  return engine;
}

/** A failure to load is not kept. */
function forgotten(engine: Promise<Engine>, forget: () => void): Promise<Engine> {
  engine.catch(forget);
  return engine;
}

/** FNV-1a over words. It tells files apart that the program itself has chosen. */
function hashOf(bytes: Uint8Array): number {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
  let hash = 0x811c_9dc5;
  for (let index = 0; index < words.length; index++) {
    hash = Math.imul(hash ^ words[index]!, 0x0100_0193);
  }
  return hash >>> 0;
}

/** Creates a VM. */
export function open(engine: Engine, options: QuickJSOptions): QuickJS {
  const extensions = extensionsOf(options.extensions);
  const zone = timeZoneOf(options.timezoneOffset);
  const absent = absentNames(engine, extensions);
  const template = templateOf(engine, absent.join(), (vm) => installParts(vm, absent));
  const make = (given: VmOptions): Vm => (template === undefined ? engine.createVm(given) : engine.restore(template, given));
  return made({ memoryLimit: Infinity, ...options }, make, (core) => {
    if (template === undefined) {
      installParts(core.vm, absent);
    }
    removeIntrinsics(core, options.intrinsics);
    core.instance.realmSetTimeZone(zone);
  });
}

/** Makes a VM of a snapshot. It goes on as the frozen one would have. */
export function thaw(engine: Engine, frozen: Frozen, options: QuickJSOptions): QuickJS {
  extensionsOf(options.extensions);
  const zone = options.timezoneOffset === undefined ? undefined : timeZoneOf(options.timezoneOffset);
  return made(options, (given) => engine.resume(frozen, given), (core) => {
    if (zone !== undefined) {
      core.instance.realmSetTimeZone(zone);
    }
  });
}

function made(options: QuickJSOptions, make: (given: VmOptions) => Vm, prepare: (core: Core) => void): QuickJS {
  let core: Core | undefined;
  const vm = make({
    ...clocksOf(options),
    limits: limitsOf(options),
    hostCall: (name, args) => core!.hostCalls.call(name, args),
    modules: modulesOf(options.moduleLoader),
  });
  vm.watch.stop = options.interruptHandler;
  return new QuickJS(vm, options, (adopted) => {
    core = adopted;
    prepare(adopted);
  });
}

/** As in quickjs-wasi, nothing is limited unless an option says so. The stack is, for the host's sake. */
function limitsOf({ memoryLimit, maxStackSize }: QuickJSOptions): Limits {
  const limits: Limits = { hardMemory: Infinity, time: Infinity, output: Infinity, memory: memoryLimit };
  if (maxStackSize !== undefined && maxStackSize > 0) {
    // More than the default is more than V8 has on its main thread.
    limits.stack = Math.min(maxStackSize, DEFAULT_STACK);
  }
  return limits;
}

/** The default of `limits.stack`. */
const DEFAULT_STACK = 192 << 10;

function modulesOf(loader: QuickJSOptions["moduleLoader"]): Modules | undefined {
  if (loader === undefined) {
    return undefined;
  }
  return {
    resolve: (specifier, importer) =>
      loader.normalize === undefined ? specifier : text("normalize", loader.normalize(importer, specifier)),
    load: (name) => text("load", loader.load(name)),
  };
}

function text(name: string, value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  if (value instanceof Promise) {
    value.catch(() => {});
  }
  const found = value instanceof Promise ? "a Promise" : `type ${typeof value}`;
  throw new TypeError(
    `moduleLoader.${name} must synchronously return a string (got ${found}). ` +
      "Fetch the sources ahead, and return them from there",
  );
}
