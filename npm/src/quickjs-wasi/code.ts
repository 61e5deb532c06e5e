/** Evaluates sources and bytecode. */

import type { SourceOptions } from "../vm.js";
import { Value } from "../value.js";
import { JSException } from "./exception.js";
import type { Core } from "./core.js";
import { CompileFlags, EvalFlags } from "./flags.js";
import type { JSValueHandle } from "./handle.js";

function sourceOptions(fileName: string, flags: number): SourceOptions {
  return {
    fileName,
    module: (flags & EvalFlags.TYPE_MODULE) !== 0,
    strict: (flags & EvalFlags.STRICT) !== 0,
    async: (flags & EvalFlags.ASYNC) !== 0,
  };
}

/** Evaluates a source, or compiles it. */
export function evaluate(core: Core, code: string, fileName: string, flags: number): JSValueHandle {
  const options = sourceOptions(fileName, flags);
  const result = core.run(({ vm, hostCalls }) => {
    if ((flags & EvalFlags.COMPILE_ONLY) !== 0) {
      return vm.compile(code, options);
    }
    const value = vm.eval(code, options);
    if (options.async !== true || options.module === true) {
      return value;
    }
    // As in quickjs-wasi, the promise is one of a record.
    const record = hostCalls.record(value as Value);
    (value as Value).dispose();
    return record;
  });
  return core.wrap(result);
}

/** The parts of the source that bytecode keeps. */
const SOURCE = 1 << 0;
const POSITIONS = 1 << 1;

/** Compiles a source to bytes. */
export function compileTo(core: Core, code: string, fileName: string, evalFlags: number, flags: number): Uint8Array {
  const { module, strict, async: topLevelAwait } = sourceOptions(fileName, evalFlags);
  const kind = module === true ? "module" : "script";
  const options = { fileName, kind, strict: strict === true, topLevelAwait: topLevelAwait === true } as const;
  const positions = (flags & CompileFlags.STRIP_DEBUG) === 0 ? POSITIONS : 0;
  const source = (flags & CompileFlags.STRIP_SOURCE) === 0 ? positions && SOURCE : 0;
  try {
    return core.run(({ instance }) => instance.evaluationCompileToBytecode(code, options, positions | source));
  } catch (error) {
    if (error instanceof JSException) {
      const { name, message } = error;
      error.dispose();
      throw new Error(`Compilation error: ${name}: ${message}`, { cause: error });
    }
    throw error;
  }
}

/** Evaluates bytes that were compiled. */
export function runBytecode(core: Core, bytecode: Uint8Array): JSValueHandle {
  const result = core.run(({ instance }) => {
    const program = instance.evaluationLoadBytecode(bytecode) as Value;
    try {
      return program.call();
    } finally {
      program.dispose();
    }
  });
  return core.wrap(result);
}
