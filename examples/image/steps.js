// How long each step takes, and what crosses into and out of a component meanwhile.

const crossed = { calls: 0, bytes: 0 };

const count = (value) => {
  if (value instanceof Uint8Array) crossed.bytes += value.length;
};

/** The same functions and classes, with their calls and the bytes in those counted. */
export function counted(target, owner) {
  if (typeof target === "function") {
    return new Proxy(target, {
      apply(call, _, args) {
        crossed.calls++;
        args.forEach(count);
        const result = Reflect.apply(call, owner, args);
        count(result);
        return counted(result);
      },
      get: (type, name) => counted(type[name], type),
    });
  }
  const isPlain = typeof target !== "object" || target === null || ArrayBuffer.isView(target);
  return isPlain ? target : new Proxy(Object.create(null), { get: (_, name) => counted(target[name], target) });
}

/** The steps of a pipeline. */
export class Steps {
  #done = [];

  /** Does a step and returns what it does. */
  run(name, work) {
    const { calls, bytes } = crossed;
    const started = performance.now();
    const result = work();
    const ms = performance.now() - started;
    this.#done.push({ name, ms, calls: crossed.calls - calls, bytes: crossed.bytes - bytes });
    return result;
  }

  /** Prints them to standard error: as a table, or with --json as that. */
  report() {
    if (process.argv[3] === "--json") return console.error(JSON.stringify(this.#done));
    for (const { name, ms, calls, bytes } of this.#done) {
      const time = `${ms.toFixed(0)} ms`.padStart(10);
      console.error(`${name.padEnd(8)}${time}, ${calls} calls, ${(bytes / 1e6).toFixed(1)} MB`);
    }
  }
}
