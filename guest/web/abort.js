// `AbortController` and `AbortSignal` (DOM).
(native, need) => {
  const { Event, EventTarget, fire, signals, setHandler } = need("events");
  const { list, required, iterator } = need("idl");
  const { expose, exception } = native;
  const Weak = WeakRef;
  let allowed = false;

  const make = () => {
    allowed = true;
    return new AbortSignal();
  };
  const walk = (all) => {
    let at = 0;
    return { next: () => (at < all.length ? { value: all[at++], done: false } : { done: true }) };
  };
  const abortError = () => exception("This operation was aborted", "AbortError");

  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    #algorithms = undefined;
    #handler = { value: null, listener: undefined };
    // Of a signal made by `any`: what it follows, none of which follows another.
    #sources = undefined;
    // The signals that follow this one: weakly, until somebody waits for them.
    #dependents = undefined;

    constructor() {
      if (!allowed) throw new TypeError("Illegal constructor");
      allowed = false;
      super();
    }

    static abort(reason = abortError()) {
      const signal = make();
      signal.#aborted = true;
      signal.#reason = reason;
      return signal;
    }
    static timeout(milliseconds) {
      required(arguments.length, 1, "AbortSignal.timeout");
      const time = Math.trunc(+milliseconds);
      if (!(time >= 0 && time <= Number.MAX_SAFE_INTEGER)) {
        throw new TypeError("The time is not a number from 0 to 2**53 - 1");
      }
      const { setTimeout } = globalThis;
      if (typeof setTimeout !== "function") {
        throw exception("There are no timers here", "NotSupportedError");
      }
      const signal = make();
      setTimeout(() => {
        abort(signal, exception("The operation was aborted due to timeout", "TimeoutError"));
      }, time);
      return signal;
    }
    static any(given) {
      required(arguments.length, 1, "AbortSignal.any");
      const method = given?.[iterator];
      if (typeof method !== "function") throw new TypeError("The signals are not iterable");
      const all = list(given, method);
      const signal = make();
      for (let i = 0; i < all.length; i++) {
        if (!(#aborted in Object(all[i]))) {
          throw new TypeError("The element " + i + " is not an AbortSignal");
        }
      }
      for (let i = 0; i < all.length; i++) {
        if (all[i].#aborted) {
          signal.#aborted = true;
          signal.#reason = all[i].#reason;
          return signal;
        }
      }
      signal.#sources = { __proto__: null, length: 0 };
      const reference = new Weak(signal);
      for (let i = 0; i < all.length; i++) {
        const sources = all[i].#sources ?? { 0: all[i], length: 1 };
        for (let j = 0; j < sources.length; j++) follow(signal, sources[j], reference);
      }
      return signal;
    }

    get aborted() { return this.#aborted; }
    get reason() { return this.#reason; }
    throwIfAborted() { if (this.#aborted) throw this.#reason; }
    get onabort() { return this.#handler.value; }
    set onabort(value) { setHandler(this, "abort", this.#handler, value); }

    static internals() {
      const follow = (signal, source, reference) => {
        const { length } = signal.#sources;
        for (let i = 0; i < length; i++) if (signal.#sources[i] === source) return;
        signal.#sources[signal.#sources.length++] = source;
        const dependents = (source.#dependents ??= { __proto__: null, length: 0 });
        // Those that are gone make room.
        let kept = 0;
        for (let i = 0; i < dependents.length; i++) {
          if (dependents[i].strong !== undefined || dependents[i].reference.deref() !== undefined) {
            dependents[kept++] = dependents[i];
          }
        }
        for (let i = kept; i < dependents.length; i++) delete dependents[i];
        dependents[kept] = { reference, strong: undefined };
        dependents.length = kept + 1;
      };
      // Somebody waits: the signal must not go before those that it follows.
      const keep = (signal) => {
        const sources = signal.#sources;
        if (sources === undefined) return;
        for (let i = 0; i < sources.length; i++) {
          const dependents = sources[i].#dependents;
          for (let j = 0; j < dependents.length; j++) {
            if (dependents[j].reference.deref() === signal) dependents[j].strong = signal;
          }
        }
      };
      const set = (signal, reason) => {
        signal.#aborted = true;
        signal.#reason = reason;
      };
      const run = (signal) => {
        const algorithms = signal.#algorithms;
        signal.#algorithms = undefined;
        if (algorithms !== undefined) {
          for (let i = 0; i < algorithms.length; i++) algorithms[i]();
        }
        fire(signal, new Event("abort"));
      };
      const abort = (signal, reason) => {
        if (signal.#aborted) return;
        set(signal, reason);
        const dependents = signal.#dependents;
        signal.#dependents = undefined;
        const affected = { __proto__: null, length: 0 };
        for (let i = 0; i < (dependents?.length ?? 0); i++) {
          const dependent = dependents[i].strong ?? dependents[i].reference.deref();
          if (dependent !== undefined && !dependent.#aborted) {
            set(dependent, reason);
            affected[affected.length++] = dependent;
          }
        }
        run(signal);
        for (let i = 0; i < affected.length; i++) run(affected[i]);
      };
      // Runs `algorithm` when the signal is aborted; false if it is already.
      const onAbort = (signal, algorithm) => {
        if (typeof signal !== "object" || signal === null || !(#aborted in signal)) {
          throw new TypeError("The signal is not an AbortSignal");
        }
        if (signal.#aborted) return false;
        const algorithms = (signal.#algorithms ??= { __proto__: null, length: 0 });
        algorithms[algorithms.length++] = algorithm;
        keep(signal);
        return true;
      };
      const added = (target, type) => {
        if (type === "abort" && #aborted in target) keep(target);
      };
      const describe = (signal) => ({ aborted: signal.#aborted });
      const { any } = AbortSignal;
      // For the parts that take signals.
      const parts = {
        isSignal: (value) => typeof value === "object" && value !== null && #aborted in value,
        isAborted: (signal) => signal.#aborted,
        reason: (signal) => signal.#reason,
        // A signal that follows others: a list of our own.
        following: (all) => any({ __proto__: null, [iterator]: () => walk(all) }),
        make,
        abort,
        abortError,
      };
      return { follow, abort, onAbort, added, describe, parts };
    }
  }
  const { follow, abort, onAbort, added, describe, parts } = AbortSignal.internals();
  delete AbortSignal.internals;
  signals.onAbort = onAbort;
  signals.added = added;

  class AbortController {
    #signal = make();
    get signal() { return this.#signal; }
    abort(reason = abortError()) { abort(this.#signal, reason); }
    static describe(controller) { return { signal: controller.#signal }; }
  }
  const describeController = AbortController.describe;
  delete AbortController.describe;

  expose(AbortSignal, { describe });
  expose(AbortController, { describe: describeController });
  return { AbortController, AbortSignal, onAbort, internals: { ...parts, onAbort } };
};
