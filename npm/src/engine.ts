/** The engine: the compiled module that VMs are instances of. */

import type { EngineInfo } from "./abi/bindings.js";
import { EngineError, UseError } from "./errors.js";
import { type Given, type Instance, instantiate } from "./instance.js";
import { complete } from "./limits.js";
import type { AsyncHostFunction, Modules, ModuleSource, VmOptions } from "./options.js";
import type { Snapshot } from "./snapshot.js";
import { Vm, applyLimits } from "./vm.js";
import { Watch } from "./watch.js";

/** What an engine can be made of. */
export type EngineSource = WebAssembly.Module | ArrayBuffer | Uint8Array | Response | Promise<Response>;

const clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
};

/** Creates VMs. One is enough for a whole program. */
export class Engine {
  /** The compiled module: it can be posted to a worker, which makes an engine of it at once. */
  readonly module: WebAssembly.Module;
  #base: { start: number; bytes: Uint8Array } | undefined;
  #info: EngineInfo | undefined;

  /** Takes a module that is compiled already: where a host allows no compiling, or in a worker. */
  constructor(module: WebAssembly.Module) {
    if (!(module instanceof WebAssembly.Module)) {
      throw new EngineError("an engine is made of a WebAssembly.Module: Engine.load() compiles one");
    }
    if (!WebAssembly.Module.exports(module).some(({ name }) => name.startsWith("jsvm:engine/values@"))) {
      throw new EngineError("the module is no engine of jsvm");
    }
    this.module = module;
  }

  /**
   * Compiles the engine: that of this package, or one that is given.
   *
   * Throws an {@link EngineError} if it is none.
   */
  static async load(source?: EngineSource): Promise<Engine> {
    return new Engine(await compile(source ?? (await packaged())));
  }

  /** Creates a VM. */
  createVm(options: VmOptions = {}): Vm {
    const vm = this.#instance(options);
    applyLimits(vm.instance, complete(options.limits));
    defineFunctions(vm, options);
    return vm;
  }

  /** Makes a VM of a snapshot: another with each call, which has random numbers of its own. */
  restore(snapshot: Snapshot, options: VmOptions = {}): Vm {
    return this.#thaw(snapshot, options, "fork");
  }

  /** Makes the VM of a snapshot go on as the frozen one would have: with the same random numbers. */
  resume(snapshot: Snapshot, options: VmOptions = {}): Vm {
    return this.#thaw(snapshot, options, "resume");
  }

  #thaw(snapshot: Snapshot, options: VmOptions, origin: "fork" | "resume"): Vm {
    const vm = this.#instance(options);
    snapshot.write(this, vm.instance);
    const limits = complete(options.limits);
    vm.instance.snapshotRestored(origin, limits.stack);
    // The other limits are those of the frozen VM, unless they are given.
    const frozen = vm.instance.heapGetLimits();
    applyLimits(vm.instance, {
      ...limits,
      memory: options.limits?.memory ?? Number(frozen.memory),
      output: options.limits?.output ?? Number(frozen.output),
    });
    return vm;
  }

  #instance(options: VmOptions): Vm {
    const limits = complete(options.limits);
    const time = options.clock ?? clock;
    const watch = new Watch(limits, () => performance.now());
    watch.signal = options.signal;
    watch.flag = options.stopFlag;
    const given: Given = {
      functions: new Map(Object.entries(options.functions ?? {})),
      console: options.console,
      modules: modulesOf(options.modules),
      clock: time,
      random: options.random ?? random,
    };
    const instance = instantiate(this.module, given, watch, limits.hardMemory);
    return new Vm(this, instance, options, watch, limits);
  }

  /** Facts about the engine. */
  get info(): EngineInfo {
    return (this.#info ??= this.#fresh().realmGetEngineInfo());
  }

  /** @internal The image of a fresh VM, and where it begins in memory. */
  get base(): { start: number; bytes: Uint8Array } {
    if (this.#base === undefined) {
      const instance = this.#fresh();
      const start = Number(instance.realmGetEngineInfo().imageStart);
      // A second one, in which nothing was called.
      this.#base = { start, bytes: this.#fresh().u8.slice(start) };
    }
    return this.#base;
  }

  #fresh(): Instance {
    return this.#instance({}).instance;
  }
}

async function compile(source: EngineSource): Promise<WebAssembly.Module> {
  try {
    const given = await source;
    if (given instanceof WebAssembly.Module) {
      return given;
    }
    if (typeof Response !== "undefined" && given instanceof Response) {
      if (!given.ok) {
        throw new EngineError(`the engine could not be loaded: ${given.status} ${given.statusText} for ${given.url}`);
      }
      const streams = given.headers.get("content-type")?.startsWith("application/wasm") === true;
      return streams && "compileStreaming" in WebAssembly
        ? await WebAssembly.compileStreaming(given)
        : await WebAssembly.compile(await given.arrayBuffer());
    }
    return await WebAssembly.compile(given as BufferSource);
  } catch (cause) {
    if (cause instanceof EngineError) {
      throw cause;
    }
    throw new EngineError(`the engine could not be compiled: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** The engine's file beside this module. */
async function packaged(): Promise<EngineSource> {
  const url = new URL("../js-vm.wasm", import.meta.url);
  if (url.protocol !== "file:") {
    return fetch(url);
  }
  // Bundlers for browsers leave this import alone.
  const fs = "node:fs/promises";
  const { readFile } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ fs)) as {
    readFile(url: URL): Promise<Uint8Array>;
  };
  return readFile(url);
}

const words = new BigUint64Array(1);

function random(): bigint {
  crypto.getRandomValues(words);
  return words[0]!;
}

function modulesOf(modules: VmOptions["modules"]): Modules | undefined {
  if (modules === undefined) {
    return undefined;
  }
  if (typeof modules.load === "function") {
    return modules as Modules;
  }
  const sources = new Map(Object.entries(modules as Record<string, ModuleSource>));
  return { load: (name) => sources.get(name) };
}

/** Puts the embedder's functions into the global object. */
function defineFunctions(vm: Vm, options: VmOptions): void {
  const functions = Object.entries(options.functions ?? {});
  const requests: [string, number][] = [
    ...Object.entries<AsyncHostFunction>(options.asyncFunctions ?? {}).map(
      ([name, called]): [string, number] => [name, called.length],
    ),
    ...(options.requests ?? []).map((name): [string, number] => [name, 0]),
  ];
  if (functions.length === 0 && requests.length === 0) {
    return;
  }
  const global = vm.global;
  for (const [name, called] of functions) {
    if (typeof called !== "function") {
      throw new UseError(`functions.${name} is no function`);
    }
    const value = vm.createHostFunction(name, called.length);
    global.set(name, value);
    value.dispose();
  }
  for (const [name, length] of requests) {
    const value = vm.createRequestFunction(name, length);
    global.set(name, value);
    value.dispose();
  }
  global.dispose();
}
