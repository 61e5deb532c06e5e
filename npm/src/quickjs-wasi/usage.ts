/** Facts about a VM, under the names of quickjs-wasi. */

import type { Core } from "./core.js";
import type { MemoryUsage } from "./types.js";

/** The version of quickjs-wasi whose API this is. */
const VERSION = "3.7.0";

/** The threshold at which the collector never runs by itself. */
const NO_COLLECTION = 0xffff_ffff;

/** The versions of this API, of the engine, and of jsvm. */
export function versionsOf({ vm }: Core): Record<string, string> {
  const { engineVersion, witVersion } = vm.engine.info;
  return { "quickjs-wasi": VERSION, quickjs: engineVersion, jsvm: witVersion };
}

/** The bytes of heap at which garbage is collected next. 0: never. */
export function gcThresholdOf({ instance }: Core): number {
  const bytes = Number(instance.heapGetGcThreshold());
  return bytes >= NO_COLLECTION ? 0 : bytes;
}

/** Sets the bytes of heap at which garbage is collected next. 0: never. */
export function setGcThreshold({ instance }: Core, threshold: number): void {
  instance.heapSetGcThreshold(BigInt(threshold === 0 ? NO_COLLECTION : threshold));
}

/** The bytes that count for `memoryLimit`. */
export function allocatedSize({ vm }: Core): number {
  return Number(vm.memoryUsage().used);
}

/** Counts the use of memory. */
export function memoryUsageOf(core: Core): MemoryUsage {
  const usage = core.vm.memoryUsage();
  const heap = core.vm.heapStatistics();
  const used = Number(usage.used);
  const limit = core.options.memoryLimit;
  const inUse =
    heap.objectBytes + heap.propertyBytes + heap.shapeBytes + heap.stringBytes + heap.atomBytes + heap.functionBytes;
  return {
    mallocSize: used,
    mallocLimit: limit === undefined || limit === Infinity ? 0 : limit,
    memoryUsedSize: Number(inUse),
    mallocCount: Number(usage.blocks),
    memoryUsedCount: Number(heap.objects + heap.strings + heap.shapes + heap.atoms + heap.functions),
    atomCount: Number(heap.atoms),
    atomSize: Number(heap.atomBytes),
    strCount: Number(heap.strings),
    strSize: Number(heap.stringBytes),
    objCount: Number(heap.objects),
    objSize: Number(heap.objectBytes),
    propCount: Number(heap.properties),
    propSize: Number(heap.propertyBytes),
    shapeCount: Number(heap.shapes),
    shapeSize: Number(heap.shapeBytes),
    jsFuncCount: Number(heap.functions),
    jsFuncSize: Number(heap.functionBytes),
    jsFuncCodeSize: Number(heap.functionCodeBytes),
    jsFuncPc2lineCount: Number(heap.positionTables),
    jsFuncPc2lineSize: Number(heap.positionBytes),
    cFuncCount: Number(heap.nativeFunctions),
    arrayCount: Number(heap.arrays),
    fastArrayCount: Number(heap.denseArrays),
    fastArrayElements: Number(heap.denseElements),
    binaryObjectCount: Number(heap.buffers),
    binaryObjectSize: Number(heap.bufferBytes),
    allocatedSize: used,
  };
}
