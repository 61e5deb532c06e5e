/** The constants of quickjs-wasi. */

/** The largest `maxStackSize`, in bytes. */
export const MAX_STACK_SIZE: number = 512 * 1024;

/** Flags for `evalCode()` and `compile()`. */
export const EvalFlags = {
  /** A script, which is the default. */
  TYPE_GLOBAL: 0,
  /** A module: the result is a promise of its namespace. */
  TYPE_MODULE: 1 << 0,
  /** A script in strict mode. */
  STRICT: 1 << 3,
  /** Only compiles: the result is a function that evaluates the source. */
  COMPILE_ONLY: 1 << 5,
  /** Accepted. Stacks of jsvm never show frames of the embedder. */
  BACKTRACE_BARRIER: 1 << 6,
  /** A script that may use `await` at its top level: the result is a promise of `{ value }`. */
  ASYNC: 1 << 7,
} as const;

/** Flags for `compile()`. */
export const CompileFlags = {
  /** Leaves the source out of the bytecode. */
  STRIP_SOURCE: 1 << 4,
  /** Leaves names and positions out of the bytecode, and so the source too. */
  STRIP_DEBUG: 1 << 5,
} as const;

/** The parts of the language for {@link QuickJSOptions.intrinsics}. */
export const Intrinsics = {
  DATE: 1 << 0,
  EVAL: 1 << 1,
  REGEXP: 1 << 2,
  JSON: 1 << 3,
  PROXY: 1 << 4,
  MAP_SET: 1 << 5,
  TYPED_ARRAYS: 1 << 6,
  PROMISE: 1 << 7,
  BIG_INT: 1 << 8,
  WEAK_REF: 1 << 9,
  PERFORMANCE: 1 << 10,
  DOM_EXCEPTION: 1 << 11,
  ATOB_BTOA: 1 << 12,
  ALL: 0xffff_ffff,
} as const;
