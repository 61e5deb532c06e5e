/** Replacements of WASI's functions, which make the clocks and the random numbers of a VM. */

import type { VmOptions } from "../options.js";
import type { QuickJSOptions, WasiOptions } from "./types.js";

/** The clocks of WASI. */
const REALTIME = 0;
const MONOTONIC = 1;

/** Where results are written to in the memory that the replacements get. */
const AT = 1024;

const NANOSECONDS_PER_MILLISECOND = 1e6;

/**
 * The clocks and random numbers of a VM, if they are replaced.
 *
 * The replacements write their results into a memory, as for a module of WASI. It is one of its own: they
 * cannot reach that of the VM.
 */
export function clocksOf(options: QuickJSOptions): Pick<VmOptions, "clock" | "random"> {
  const factories = [...(options.extensions ?? []).map(({ wasi }) => wasi), options.wasi];
  const given = factories.filter((factory): factory is WasiOptions => factory !== undefined);
  if (given.length === 0) {
    return {};
  }
  const memory = new WebAssembly.Memory({ initial: 1 });
  const functions: Record<string, (...args: any[]) => any> = Object.assign(
    {},
    ...given.map((factory) => factory(memory)),
  );
  const { clock_time_get: time, random_get: fill } = functions;
  const read = (name: string, code: unknown): bigint => {
    if (code !== 0) {
      throw new TypeError(`wasi.${name} returned ${String(code)}: return 0 after a result was written`);
    }
    return new DataView(memory.buffer).getBigUint64(AT, true);
  };
  const nanoseconds = (clock: number): bigint => read("clock_time_get", time?.(clock, 0n, AT));
  const milliseconds = (clock: number): number => Number(nanoseconds(clock)) / NANOSECONDS_PER_MILLISECOND;
  const made: Pick<VmOptions, "clock" | "random"> = {};
  if (time !== undefined) {
    made.clock = { now: () => milliseconds(REALTIME), elapsed: () => milliseconds(MONOTONIC) };
  }
  if (fill !== undefined) {
    made.random = () => read("random_get", fill(AT, 8));
  } else if (time !== undefined) {
    made.random = seeded(() => nanoseconds(REALTIME));
  }
  return made;
}

/** How many numbers `Math.random` is seeded with. */
const SEED = 4;

/**
 * As in quickjs-wasi, a clock that is replaced seeds `Math.random`, too. The engine asks for the seed when
 * a script first calls that, so it is the first that is asked for unless `crypto` comes before it.
 */
function seeded(clock: () => bigint): () => bigint {
  let left = SEED;
  let state = 0n;
  const words = new BigUint64Array(1);
  return () => {
    if (left === 0) {
      crypto.getRandomValues(words);
      return words[0]!;
    }
    if (left === SEED) {
      state = clock();
    }
    left--;
    // SplitMix64, which makes many words of one.
    state = BigInt.asUintN(64, state + 0x9e37_79b9_7f4a_7c15n);
    let word = state;
    word = BigInt.asUintN(64, (word ^ (word >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    word = BigInt.asUintN(64, (word ^ (word >> 27n)) * 0x94d0_49bb_1331_11ebn);
    return word ^ (word >> 31n);
  };
}
