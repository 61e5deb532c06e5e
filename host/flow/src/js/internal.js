// The state of a flow in its VM, and what the worker calls. Programs cannot import this module.

const { parse, stringify } = JSON;
const { setTimeout: setShortTimeout, clearTimeout: clearShortTimeout } = globalThis;

// ------------------------------------------------------------------ the flow

const flow = { id: "", run: 0, scheduled: undefined };
const natives = { progress: undefined, secret: undefined, checkpoint: undefined };
let main;
let done;

/**
 * The id of this flow, how many times it was begun (by its start, `continueWith` and retries), and the time at which a
 * schedule started it.
 */
export const flowInfo = () => ({
  id: flow.id,
  run: flow.run,
  scheduled: flow.scheduled === undefined ? undefined : new Date(flow.scheduled),
});

class Continuation {
  constructor(input) {
    this.input = input;
  }
}

/** Begins the flow anew with another input: `return continueWith(input)`. Its past is forgotten. */
export const continueWith = (input) => new Continuation(input);

/**
 * Marks a place at which the flow can move to new code: all that the new code needs is in the state, which is
 * data. Returns the state.
 */
export const checkpoint = async (state) => {
  await natives.checkpoint(json(state, "the state of checkpoint"));
  return state;
};

/** Tells the outside how far the flow is: any value that JSON can hold. */
export const progress = (value) => {
  natives.progress(json(value, "progress"));
};

const json = (value, what) => {
  const text = stringify(value);
  if (text === undefined && value !== undefined) throw new TypeError(`${what} cannot be converted to JSON`);
  return text ?? "null";
};

const describe = (error) => {
  if (!(error instanceof Error)) return { name: "", message: String(error), stack: "" };
  return { name: String(error.name), message: String(error.message), stack: String(error.stack ?? "") };
};

// ------------------------------------------------------------------ time

// Timers of the platform wrap around at 2^31 milliseconds, 24.8 days. Longer ones are several in a row.
const MAX_DELAY = 2 ** 31 - 1;
const longTimers = new Map();

const clock = performance;
const { now } = performance;

// When the run began: the program was made at the time 0.
let origin = 0;
Object.defineProperty(Object.getPrototypeOf(clock), "timeOrigin", {
  __proto__: null,
  get: () => origin,
  enumerable: true,
  configurable: true,
});

const setLongTimeout = (callback, delay, args) => {
  let id;
  // A part that is late does not delay the whole.
  const end = now.call(clock) + delay;
  const wait = () => {
    const left = end - now.call(clock);
    return setShortTimeout(() => {
      if (left > MAX_DELAY) {
        longTimers.set(id, wait());
      } else {
        longTimers.delete(id);
        callback(...args);
      }
    }, Math.min(left, MAX_DELAY));
  };
  id = wait();
  longTimers.set(id, id);
  return id;
};

const timers = {
  setTimeout(callback, delay = 0, ...args) {
    const time = +delay;
    if (typeof callback === "function" && time > MAX_DELAY && time < Infinity) {
      return setLongTimeout(callback, time, args);
    }
    if (time === Infinity) throw new RangeError("a timer cannot wait for ever: await a signal instead");
    return setShortTimeout(callback, delay, ...args);
  },
  clearTimeout(id) {
    if (longTimers.has(id)) {
      clearShortTimeout(longTimers.get(id));
      longTimers.delete(id);
    } else {
      clearShortTimeout(id);
    }
  },
};
for (const name of ["setTimeout", "clearTimeout"]) {
  Object.defineProperty(globalThis, name, { __proto__: null, value: timers[name], writable: true, configurable: true });
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

// Milliseconds of a number, of a text such as `90m`, or until a `Date`.
const duration = (time, what) => {
  let result = time;
  if (time instanceof Date) result = time.getTime() - Date.now();
  if (typeof time === "string") {
    const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(time);
    result = parts === null ? NaN : Number(parts[1]) * UNITS[parts[2]];
  }
  if (typeof result !== "number" || !(result > -Infinity) || !(result < Infinity)) {
    throw new TypeError(`${what} must be milliseconds, a text such as "90m" or "3w", or a Date`);
  }
  return Math.max(result, 0);
};

/** Waits for a time: milliseconds, a text such as `"3w"`, or a `Date` to wait until. */
export const sleep = (time) => {
  const delay = duration(time, "the time of sleep");
  return new Promise((resolve) => timers.setTimeout(resolve, delay));
};

// ------------------------------------------------------------------ signals

/** The rejection of `signal` after its timeout. */
export class SignalTimeoutError extends Error {
  constructor(name) {
    super(`the signal ${name} did not come in time`);
    this.signal = name;
  }
  get name() {
    return "SignalTimeoutError";
  }
}

const arrived = new Map();
const waiters = new Map();

const listIn = (map, name) => {
  let list = map.get(name);
  if (list === undefined) map.set(name, (list = []));
  return list;
};

const removeFrom = (map, name, element) => {
  const list = map.get(name);
  const index = list === undefined ? -1 : list.indexOf(element);
  if (index >= 0) list.splice(index, 1);
  if (list?.length === 0) map.delete(name);
};

// What waits for a signal does so no more.
const leave = (name, waiter) => {
  removeFrom(waiters, name, waiter);
  if (waiter.timer !== undefined) timers.clearTimeout(waiter.timer);
  waiter.abort?.removeEventListener("abort", waiter.stop);
};

/** Waits for the next signal of a name and returns its payload. One that came before is returned at once. */
export const signal = (name, options = {}) => {
  if (typeof name !== "string" || name === "") throw new TypeError("the name of a signal must be a text");
  const { timeout, signal: abort } = options ?? {};
  const delay = timeout === undefined ? undefined : duration(timeout, "the timeout of signal");
  if (abort?.aborted) return Promise.reject(abort.reason);
  const early = arrived.get(name);
  if (early !== undefined) {
    const payload = early[0];
    removeFrom(arrived, name, payload);
    return Promise.resolve(payload.value);
  }
  return new Promise((resolve, reject) => {
    const waiter = { resolve, timer: undefined, abort: undefined, stop: undefined };
    listIn(waiters, name).push(waiter);
    if (abort !== undefined) {
      waiter.abort = abort;
      waiter.stop = () => {
        leave(name, waiter);
        reject(abort.reason);
      };
      abort.addEventListener("abort", waiter.stop);
    }
    if (delay === undefined) return;
    waiter.timer = timers.setTimeout(() => {
      leave(name, waiter);
      reject(new SignalTimeoutError(name));
    }, delay);
  });
};

// ------------------------------------------------------------------ requests

/** The rejection of a request of which it is not known whether it was carried out. */
export class RequestInDoubtError extends Error {
  constructor(message) {
    super(message);
  }
  get name() {
    return "RequestInDoubtError";
  }
}

const IN_DOUBT = "ERR_REQUEST_IN_DOUBT";
const KEY = "idempotency-key";
let lastKey = 0;
// The attempt of `retry` whose function is being called.
let calling;

const newKey = () => `${flow.id}-${flow.run}-${++lastKey}`;

// Adds the header that lets a server tell a repeated request. Methods with one effect need none.
const withKey = (input, init, attempt) => {
  const request = new Request(input, init);
  const wish = init?.idempotencyKey;
  if (wish === false || request.headers.has(KEY)) return request;
  if (typeof wish === "string") {
    request.headers.set(KEY, wish);
  } else if (request.method === "POST" || request.method === "PATCH") {
    request.headers.set(KEY, attempt === undefined ? newKey() : attempt.nextKey());
  }
  return request;
};

const platformFetch = Object.getOwnPropertyDescriptor(globalThis, "fetch");
let sendRequest;

const send = async (input, init, attempt) => {
  try {
    return await sendRequest(withKey(input, init, attempt));
  } catch (error) {
    if (error?.code === IN_DOUBT) throw new RequestInDoubtError(error.message);
    throw error;
  }
};

const named = {
  fetch(input, init = undefined) {
    return send(input, init, calling);
  },
};
const defineFetch = (value) =>
  Object.defineProperty(globalThis, "fetch", { __proto__: null, value, writable: true, configurable: true });
Object.defineProperty(globalThis, "fetch", {
  __proto__: null,
  get() {
    sendRequest = platformFetch.get.call(globalThis);
    defineFetch(named.fetch);
    return named.fetch;
  },
  set: defineFetch,
  configurable: true,
});

/** Makes a placeholder for a secret. The worker puts the secret in its place in headers of requests. */
export const secret = (name) => natives.secret(String(name));

// ------------------------------------------------------------------ retries

const countOf = (value, what, least) => {
  if (!(value >= least)) throw new RangeError(`${what} must be at least ${least}`);
  return value;
};

/**
 * Calls a function until it succeeds. All attempts share the idempotency keys of their requests: of those that
 * the function makes before its first `await`, and of those made with the `fetch` that it is given.
 */
export const retry = async (policy, run) => {
  if (typeof policy === "function") [policy, run] = [{}, policy];
  const { attempts = 5, delay = "1s", factor = 2, maxDelay = "1h", inDoubt = false, when = () => true } = policy;
  countOf(attempts, "attempts", 1);
  countOf(factor, "factor", 1);
  const longest = duration(maxDelay, "maxDelay");
  let pause = duration(delay, "delay");
  const keys = [];
  for (let number = 1; ; number++) {
    let used = 0;
    const attempt = {
      number,
      nextKey: () => (keys[used++] ??= newKey()),
      fetch: (input, init) => send((void globalThis.fetch, input), init, attempt),
    };
    const outer = calling;
    try {
      let result;
      calling = attempt;
      try {
        result = run({ attempt: number, fetch: attempt.fetch });
      } finally {
        calling = outer;
      }
      return await result;
    } catch (error) {
      const mayRepeat = error instanceof RequestInDoubtError ? inDoubt : when(error);
      if (number >= attempts || !mayRepeat) throw error;
    }
    await sleep(Math.min(pause, longest));
    pause *= factor;
  }
};

const results = new Map();

/** Calls a function once for a key, and returns the same promise for each call with it. A failure is forgotten. */
export const once = (key, run) => {
  if (typeof key !== "string") throw new TypeError("the key of once must be a text");
  let result = results.get(key);
  if (result === undefined) {
    result = (async () => run())();
    results.set(key, result);
    result.catch(() => results.delete(key));
  }
  return result;
};

// ------------------------------------------------------------------ queries

const queries = new Map();

/** Names a function that the outside can ask, also while the flow waits. What it changes is not kept. */
export const query = (name, answer) => {
  if (typeof answer !== "function") throw new TypeError("the second argument of query must be a function");
  queries.set(String(name), answer);
};

// ------------------------------------------------------------------ what the worker calls

export const host = {
  setNatives(given) {
    Object.assign(natives, given);
  },

  setMain(value) {
    main = value;
    return typeof main === "function";
  },

  // Creates what `fetch` needs: then it is part of the program, and not of the snapshots of each flow.
  async warm() {
    try {
      void globalThis.fetch;
      new Request("https://localhost/", { method: "POST", body: "1" }).headers.has(KEY);
      await new Response("1", { headers: { a: "1" } }).text();
    } catch {
      // The program has replaced them.
    }
  },

  start(id, run, input, scheduled) {
    flow.id = id;
    flow.run = run;
    flow.scheduled = scheduled ?? undefined;
    origin = Date.now() - now.call(clock);
    const value = parse(input);
    (async () => main(value))().then(
      (result) => {
        if (result instanceof Continuation) {
          done = { kind: "continued", text: json(result.input, "the input of continueWith") };
        } else {
          done = { kind: "completed", text: json(result, "the result") };
        }
      },
    ).catch((error) => {
      done = { kind: "failed", error: describe(error) };
    });
  },

  // The flow goes on as another one: its further idempotency keys are others.
  rename(id, run) {
    flow.id = id;
    flow.run = run;
  },

  signal(name, payload) {
    const value = parse(payload);
    const list = waiters.get(name);
    if (list === undefined) {
      listIn(arrived, name).push({ value });
      return;
    }
    const waiter = list[0];
    leave(name, waiter);
    waiter.resolve(value);
  },

  // What a turn ended with: nothing if the flow goes on.
  state() {
    const early = [];
    for (const [name, list] of arrived) for (const { value } of list) early.push([name, json(value)]);
    return stringify({ done, signals: [...waiters.keys()], early });
  },

  query(name, args) {
    const answer = queries.get(name);
    if (answer === undefined) return stringify([...queries.keys()]);
    return (async () => json(await answer(...parse(args)), "the answer"))();
  },

  hasQuery: (name) => queries.has(name),
};
