/** What a VM may use. */

/** The limits of a VM. */
export interface Limits {
  /** Bytes of the script's heap: 128 MiB. Above it, an allocation throws an `InternalError`. */
  memory?: number;
  /** Bytes that the module's memory cannot pass: 256 MiB. A VM that runs into it may be gone. */
  hardMemory?: number;
  /** Milliseconds of one call into the VM, host functions included: 10,000. `Infinity` for no limit. */
  time?: number;
  /**
   * Work of one call, in units of about 10,000 branches: `Infinity`. It is the same on every machine,
   * and counts where the clock stands still while code runs.
   */
  work?: number;
  /** Bytes of the VM's own stack. */
  stack?: number;
  /** Bytes that one value may take as data: 64 MiB. */
  output?: number;
}

/**
 * The engine needs about four times as much native stack as it counts itself. V8 gives about 1 MB
 * to the main thread, of which the program has used some.
 */
const STACK = 192 << 10;

const MIB = 1 << 20;

/** All limits, with their defaults. */
export function complete(limits: Limits = {}): Required<Limits> {
  const all: Required<Limits> = {
    memory: 128 * MIB,
    hardMemory: 256 * MIB,
    time: 10_000,
    work: Infinity,
    stack: STACK,
    output: 64 * MIB,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined) {
      continue;
    }
    if (!(name in all)) {
      throw new TypeError(`there is no limit ${JSON.stringify(name)}: ${Object.keys(all).join(", ")}`);
    }
    if (typeof value !== "number" || !(value >= 0)) {
      throw new TypeError(`limits.${name} is a number of at least 0`);
    }
    all[name as keyof Limits] = value;
  }
  return all;
}
