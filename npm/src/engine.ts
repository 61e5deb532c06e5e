/** The engine: the compiled module that VMs are instances of. */

import { type EngineInfo, EXPORTS } from "./abi/bindings.js";
import { EngineError, SnapshotError, UseError } from "./errors.js";
import { type Given, type Instance, instantiate } from "./instance.js";
import { complete } from "./limits.js";
import { installFetch } from "./http/install.js";
import { compile, describe, describedNumber, type EngineSource, layoutOf, packaged } from "./load.js";
import { isFetched } from "./modules/fetched.js";
import type { AsyncHostFunction, HostFunction, Modules, ModuleSource, VmOptions } from "./options.js";
import { OLDEST, VERSION } from "./protocol.js";
import { resumedRandom, SeededRandom } from "./seed.js";
import { apply, type Base } from "./snapshot/image.js";
import { type EngineName, otherEngine, type Snapshot } from "./snapshot/snapshot.js";
import { Vm, applyLimits } from "./vm.js";
import { Watch } from "./watch.js";

/** Bytes of a page of memory. */
const PAGE = 65_536;

const clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
};

/** Creates VMs. One is enough for a whole program. */
export class Engine {
  /** The compiled module: it can be posted to a worker, which makes an engine of it at once. */
  readonly module: WebAssembly.Module;
  /** @internal */
  readonly name: EngineName;
  /** @internal The version of the requests that its JavaScript makes. */
  readonly requests: number;
  readonly #pages: number;
  readonly #layout: ReadonlyMap<string, number>;
  #base: Base | undefined;
  #info: EngineInfo | undefined;

  /** Takes a module that is compiled already: where a host allows no compiling, or in a worker. */
  constructor(module: WebAssembly.Module) {
    if (!(module instanceof WebAssembly.Module)) {
      throw new EngineError("an engine is made of a WebAssembly.Module: Engine.load() compiles one");
    }
    const layout = layoutOf(module);
    if (layout === undefined) {
      throw new EngineError("the module is no engine of jsvm");
    }
    const missing = EXPORTS.find((name) => !layout.has(name));
    if (missing !== undefined) {
      throw new EngineError(`the engine has no function ${missing}: take the js-vm.wasm of this version of the package`);
    }
    this.#layout = layout;
    this.module = module;
    const lines = describe(module);
    const [id, version] = [lines.get("component"), lines.get("version")];
    if (id === undefined || version === undefined) {
      throw new EngineError("the module does not say which engine it is: take js-vm.wasm of this package");
    }
    this.name = { id, version };
    this.requests = describedNumber(lines, "requests");
    this.#pages = describedNumber(lines, "pages");
  }

  /**
   * Compiles the engine: that of this package, or one that is given.
   *
   * Throws an {@link EngineError} if it is none.
   */
  static async load(source?: EngineSource): Promise<Engine> {
    return new Engine(await compile("the engine", source ?? packaged(new URL("../js-vm.wasm", import.meta.url))));
  }

  /** Creates a VM. */
  createVm(options: VmOptions = {}): Vm {
    const vm = this.#instance(options);
    applyLimits(vm.instance, complete(options.limits));
    defineFunctions(vm, options);
    if (options.fetch !== undefined) {
      installFetch(vm);
    }
    if (isFetched(vm.modules)) {
      vm.instance.moduleImportsSetImportRequests(true);
    }
    return vm;
  }

  /**
   * Makes a VM of a snapshot: another with each call, which has random numbers of its own.
   *
   * Host functions are given again, by their names; the global object is as it was. The limits of the
   * heap and of output are those of the frozen VM unless they are given. The others are those of `options`.
   *
   * Throws a {@link SnapshotError} if the snapshot is of another engine, makes requests that this version
   * does not answer, or needs more memory than `limits.hardMemory`.
   */
  restore(snapshot: Snapshot, options: VmOptions = {}): Vm {
    return this.#thaw(snapshot, options, "fork");
  }

  /**
   * Makes the VM of a snapshot go on as the frozen one would have: with the same random numbers.
   *
   * Throws as {@link Engine.restore}, and if the VM had a seed that neither the snapshot nor `options` has.
   */
  resume(snapshot: Snapshot, options: VmOptions = {}): Vm {
    return this.#thaw(snapshot, options, "resume");
  }

  #thaw(snapshot: Snapshot, options: VmOptions, origin: "fork" | "resume"): Vm {
    const limits = complete(options.limits);
    this.#check(snapshot, options, origin, limits.hardMemory);
    const { entropy } = snapshot.state;
    const isSeeded = origin === "resume" && entropy !== undefined && options.random === undefined;
    const seeded = isSeeded ? resumedRandom(entropy, options.seed) : undefined;
    const vm = this.#instance(options, Number(snapshot.state.monotonic) / 1e6, seeded);
    apply(vm.instance, this.base, snapshot.image);
    vm.requestVersions = {
      oldest: Math.min(snapshot.state.oldestRequests, this.requests),
      newest: Math.max(snapshot.state.newestRequests, this.requests),
    };
    vm.instance.snapshotRestored(origin, limits.stack);
    if (isFetched(vm.modules)) {
      vm.instance.moduleImportsSetImportRequests(true);
    }
    // The other limits are those of the frozen VM, unless they are given.
    const frozen = vm.instance.heapGetLimits();
    applyLimits(vm.instance, {
      ...limits,
      memory: options.limits?.memory ?? Number(frozen.memory),
      output: options.limits?.output ?? Number(frozen.output),
    });
    return vm;
  }

  #check(snapshot: Snapshot, options: VmOptions, origin: "fork" | "resume", hardMemory: number): void {
    const { engine, image, state } = snapshot;
    if (engine.id !== this.name.id) {
      throw otherEngine(engine);
    }
    if (state.newestRequests > VERSION) {
      throw new SnapshotError(
        "future-requests",
        `the snapshot makes requests of version ${state.newestRequests}, and this version of the package answers requests up to version ${VERSION}: use a newer version`,
      );
    }
    if (state.oldestRequests < OLDEST) {
      throw new SnapshotError(
        "old-requests",
        `the snapshot makes requests of version ${state.oldestRequests}, and this version of the package answers requests from version ${OLDEST} on: use an older version`,
      );
    }
    const bytes = Number(image.size) + this.base.start;
    if (bytes % PAGE !== 0 || bytes < this.#pages * PAGE) {
      throw new SnapshotError("malformed", "the snapshot is malformed: its size is none that a VM can have");
    }
    if (bytes > hardMemory) {
      throw new SnapshotError(
        "too-large",
        `the snapshot needs ${bytes} bytes of memory, and ${hardMemory} are allowed: raise limits.hardMemory`,
      );
    }
    const hasSeed = options.seed !== undefined || options.random !== undefined;
    if (origin === "resume" && state.entropy !== undefined && state.entropy.seed === undefined && !hasSeed) {
      throw new SnapshotError(
        "missing-seed",
        "the VM had a seed, which only sealed snapshots hold: pass options.seed or options.random, or restore the snapshot instead of resuming it",
      );
    }
  }

  /** The monotonic clock of a restored VM goes on from where it was, if that of the host is behind. */
  #instance(options: VmOptions, frozenAt = 0, resumed?: SeededRandom): Vm {
    if (options.seed !== undefined && options.random !== undefined) {
      throw new UseError("a VM has one source of random numbers: pass either options.seed or options.random");
    }
    const seeded = resumed ?? (options.seed === undefined ? undefined : new SeededRandom(options.seed));
    const limits = complete(options.limits);
    const source = options.clock ?? clock;
    const ahead = Math.max(0, frozenAt - source.elapsed());
    const time = ahead === 0 ? source : { now: () => source.now(), elapsed: () => source.elapsed() + ahead };
    const watch = new Watch(limits, () => performance.now());
    watch.signal = options.signal;
    watch.flag = options.stopFlag;
    const modules = modulesOf(options.modules);
    const given: Given = {
      hostCall: options.hostCall ?? hostCalls(options.functions ?? {}),
      console: options.console,
      modules,
      services: options,
      clock: time,
      random: seeded === undefined ? (options.random ?? random) : () => seeded.next(),
    };
    const instance = instantiate(this.module, this.#layout, this.#pages, given, watch, limits.hardMemory);
    return new Vm(this, instance, options, { watch, limits, clock: time, modules, seeded });
  }

  /** Facts about the engine. */
  get info(): EngineInfo {
    return (this.#info ??= this.#fresh().realmGetEngineInfo());
  }

  /** @internal The image of a fresh VM, and where it begins in memory. */
  get base(): Base {
    if (this.#base === undefined) {
      const start = Number(this.info.imageStart);
      // One in which nothing was called.
      const bytes = this.#fresh().u8.slice(start);
      let end = bytes.length / 4;
      const words = new Int32Array(bytes.buffer);
      while (end > 0 && words[end - 1] === 0) {
        end--;
      }
      // Most of the memory is zero.
      this.#base = { start, words: words.slice(0, end) };
    }
    return this.#base;
  }

  #fresh(): Instance {
    return this.#instance({}).instance;
  }
}

const words = new BigUint64Array(1);

function random(): bigint {
  crypto.getRandomValues(words);
  return words[0]!;
}

/** Calls the embedder's functions by their names. */
function hostCalls(named: Record<string, HostFunction>): Given["hostCall"] {
  const functions = new Map(Object.entries(named));
  return (name, args) => {
    const called = functions.get(name);
    if (called === undefined) {
      throw new TypeError(`the embedder has no host function ${name}`);
    }
    return called(...args);
  };
}

function modulesOf(modules: VmOptions["modules"]): Modules | undefined {
  if (modules === undefined) {
    return undefined;
  }
  if (typeof modules.load === "function" || typeof modules.fetch === "function") {
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
