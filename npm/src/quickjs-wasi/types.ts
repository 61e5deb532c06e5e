/** The types of quickjs-wasi, by its names. */

import type { JSValueHandle } from "./handle.js";

/** A host function. Its arguments are handles, which are given up when it returns: `dup()` keeps one. */
export type HostFunction = (this: JSValueHandle, ...args: JSValueHandle[]) => JSValueHandle;

/** The handles that a function made, of which {@link HandleScope.escape} keeps some. */
export interface HandleScope {
  /** Takes a handle out of the scope: it belongs to the enclosing scope, or to the caller. */
  escape<T extends JSValueHandle>(handle: T): T;
}

/** The attributes of a property for `defineProp()`: `false` unless given. */
export interface JSPropertyDescriptor {
  writable?: boolean;
  enumerable?: boolean;
  configurable?: boolean;
}

/** An own property. The caller disposes of its handles. */
export interface JSOwnPropertyDescriptor {
  /** The value of a data property. */
  value?: JSValueHandle;
  /** The getter of an accessor property, or a handle to `undefined`. */
  get?: JSValueHandle;
  /** The setter of an accessor property, or a handle to `undefined`. */
  set?: JSValueHandle;
  /** Whether a data property can be assigned to. */
  writable?: boolean;
  enumerable: boolean;
  configurable: boolean;
}

/** Makes replacements of WASI's functions: `clock_time_get` and `random_get` are called, others never. */
export type WasiOptions = (memory: WebAssembly.Memory) => Record<string, (...args: any[]) => any>;

/** The functions of WASI as a module imports them. */
export type WasiImports = Record<string, WebAssembly.ImportValue>;

/** An extension: jsvm has those of quickjs-wasi built in, and finds them by their names. */
export interface ExtensionDescriptor {
  /** `url`, `encoding`, `headers`, `crypto` or `structured-clone`. */
  name: string;
  /** Not used. */
  wasm?: BufferSource | WebAssembly.Module;
  /** Names the extension if `name` does not: `qjs_ext_url_init` is that of `url`. */
  initFn?: string;
  /** Replacements of WASI's functions, for which those of the VM's options are taken first. */
  wasi?: WasiOptions;
}

/** What a dynamic linker reads of an extension. jsvm links none. */
export interface DylinkInfo {
  memorySize: number;
  memoryAlignment: number;
  tableSize: number;
  tableAlignment: number;
  needed: string[];
}

/** An extension that was linked. jsvm links none. */
export interface LoadedExtension {
  name: string;
  module: WebAssembly.Module;
  instance: WebAssembly.Instance;
  dylink: DylinkInfo;
  memoryBase: number;
  tableBase: number;
  initFn: string;
  versions?: Record<string, string>;
}

/** An extension of a VM that was frozen. */
export interface SnapshotExtension {
  name: string;
  /** 0: jsvm links nothing. */
  memoryBase: number;
  /** 0: jsvm links nothing. */
  tableBase: number;
  initFn: string;
}

/** The use of memory, in bytes and counts. */
export interface MemoryUsage {
  mallocSize: number;
  mallocLimit: number;
  memoryUsedSize: number;
  mallocCount: number;
  memoryUsedCount: number;
  atomCount: number;
  atomSize: number;
  strCount: number;
  strSize: number;
  objCount: number;
  objSize: number;
  propCount: number;
  propSize: number;
  shapeCount: number;
  shapeSize: number;
  jsFuncCount: number;
  jsFuncSize: number;
  jsFuncCodeSize: number;
  jsFuncPc2lineCount: number;
  jsFuncPc2lineSize: number;
  cFuncCount: number;
  arrayCount: number;
  fastArrayCount: number;
  fastArrayElements: number;
  binaryObjectCount: number;
  binaryObjectSize: number;
  allocatedSize: number;
}

/** The options of `QuickJS.create()` and `QuickJS.restore()`. */
export interface QuickJSOptions {
  /** The engine of jsvm, `js-vm.wasm`: its bytes, or the compiled module. Without it, that of the package is loaded. */
  wasm?: BufferSource | WebAssembly.Module;
  /** Replaces the clocks and the source of random numbers. */
  wasi?: WasiOptions;
  /** Bytes that scripts may allocate. */
  memoryLimit?: number;
  /** Bytes of the VM's stack, up to `MAX_STACK_SIZE`. */
  maxStackSize?: number;
  /** Asked about every 10,000 branches. The script stops when it returns `true`. */
  interruptHandler?: () => boolean;
  /** Takes the rejections that nothing handled, and those that were handled later. */
  onUnhandledRejection?: (promise: JSValueHandle, reason: JSValueHandle, isHandled: boolean) => void;
  /** Where modules come from. Both functions are synchronous. */
  moduleLoader?: {
    /** The full name of a module. Without it, the specifier is the name. */
    normalize?: (baseName: string, specifier: string) => string;
    /** The source of a module. */
    load: (moduleName: string) => string;
  };
  /** The parts of the language that the VM has: flags of `Intrinsics`. */
  intrinsics?: number;
  /** The parts of the web platform that the VM has. */
  extensions?: ExtensionDescriptor[];
  /** The local time: that of the host, minutes west of UTC, or a function that returns them for a moment in seconds. */
  timezoneOffset?: "host" | number | ((timeSecs: number) => number);
}

/** A promise in the VM, with the functions that settle it once. */
export interface Deferred {
  /** The promise. */
  handle: JSValueHandle;
  /** Fulfilled when the promise is settled; rejected if the VM ends before. */
  settled: Promise<void>;
  resolve(value: JSValueHandle): void;
  reject(value: JSValueHandle): void;
}

/** What a promise was settled with. */
export type PromiseResult = { value: JSValueHandle } | { error: JSValueHandle };
