// Runs one VM. The page says what to do by messages, and gets answers and events.
import { Engine, EventLoop, InterruptedError, LimitError, ScriptError, Snapshot, Value } from "./jsvm/dist/index.js";

/** The root that keeps the promise of the program's end: a thawed VM has it, too. */
const END = "playground.end";
/** What a foreign program's worker does not need, and so does not have. */
const REACHING = ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "indexedDB", "caches", "BroadcastChannel", "importScripts", "Worker"];
/** How many properties of a value are shown. */
const SHOWN = 200;

let engine;
let isForeign = false;
let options;
let vm;
let source = "";
/** Values that the page can ask for more of. */
let values = new Map();
let fresh = new Set();
/** Counts programs: events of an earlier one are dropped. */
let turn = 0;

const commands = {
  async start({ module, codec, foreign, limits, flag }) {
    engine = new Engine(module);
    await Snapshot.loadCodec(codec);
    isForeign = foreign;
    if (isForeign) {
      for (const name of REACHING) {
        Object.defineProperty(self, name, { value: undefined, configurable: false, writable: false });
      }
    }
    options = {
      limits,
      console: (level, text) => postMessage({ event: "console", level, text }),
      ...(flag === undefined ? {} : { stopFlag: flag }),
      ...(isForeign ? {} : { fetch: self.fetch.bind(self), requests: ["ask"] }),
    };
    fresh = new Set(engine.createVm(options).global.ownKeys(5).filter((key) => typeof key === "string"));
  },

  run(given) {
    source = given.source;
    adopt(engine.createVm(options));
    const end = vm.eval(source, { async: true, fileName: "program.js" });
    vm.setRoot(END, end);
    drive();
  },

  async thaw({ bytes }) {
    const snapshot = await Snapshot.fromBytes(bytes, { maxMemory: 2 * options.limits.hardMemory });
    source = snapshot.metadata.source ?? "";
    adopt(engine.restore(snapshot, options));
    drive();
    return { source, created: snapshot.created.toISOString() };
  },

  async freeze() {
    const start = performance.now();
    const bytes = await vm.snapshot().withMetadata("source", source).toBytes({ compression: "small" });
    return { bytes, milliseconds: performance.now() - start };
  },

  answer({ id, value }) {
    vm.settle(BigInt(id), value);
    drive();
  },

  inspect({ expression }) {
    return shown(vm.eval(expression, { fileName: "inspected.js" }));
  },

  /** The global names that the program has made. */
  globals() {
    return properties(vm.global, (key) => typeof key !== "string" || !fresh.has(key));
  },

  children({ id }) {
    const value = values.get(id);
    return value === undefined ? [] : properties(value);
  },

  usage() {
    const { used, total } = vm.memoryUsage();
    return { used: Number(used), total: Number(total) };
  },
};

function adopt(made) {
  vm?.dispose();
  vm = made;
  values = new Map();
  turn++;
}

/** How often a program that runs is looked at, in milliseconds. */
const LOOK = 150;

/** Runs until nothing is left to do, and tells the page what the program waits for. */
async function drive() {
  const mine = ++turn;
  const loop = new EventLoop(vm, {
    onUnhandledRejection: ({ name, message, stack }) =>
      postMessage({ event: "console", level: "error", text: `Uncaught (in promise) ${name}: ${message}\n${stack}` }),
  });
  let told;
  // A program with timers may never rest, and what it asks for changes.
  const look = setInterval(() => (told = tell(mine, "running", told)), LOOK);
  try {
    await loop.run();
  } catch (error) {
    postMessage({ event: "console", level: "error", text: described(error) });
  } finally {
    clearInterval(look);
  }
  tell(mine, "rests");
}

/** Tells the page how the program stands, unless it was told already. */
function tell(mine, state, told) {
  if (mine !== turn || vm.isGone) {
    return told;
  }
  const end = vm.getRoot(END);
  const promise = end instanceof Value ? vm.promiseState(end) : undefined;
  const requests = waitingRequests();
  const now = `${state} ${promise} ${requests.map(({ id }) => id).join()}`;
  if (now === told) {
    return told;
  }
  const event = { event: "state", state, requests };
  if (promise === "fulfilled") {
    event.state = state === "running" ? state : "ended";
    event.result = shown(vm.promiseResult(end));
  } else if (promise === "rejected") {
    event.state = "failed";
    const reason = vm.promiseResult(end);
    event.error = reason instanceof Value ? reason.inspect() : String(reason);
  } else if (state === "rests") {
    event.state = "waits";
  }
  postMessage(event);
  return now;
}

/** The requests that nothing in this worker answers. */
function waitingRequests() {
  const requests = vm.unsettledRequests().filter(({ name }) => isForeign || name === "ask");
  return requests.map(({ id, name, args }) => ({ id: String(id), name, text: argsText(args) }));
}

function argsText(args) {
  return args.map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg) ?? String(arg))).join(", ");
}

/** What the page shows of a value: a line, and a number if there is more inside. */
function shown(value) {
  if (!(value instanceof Value)) {
    return { text: String(value) };
  }
  const { kind } = value;
  const text = value.inspect({ depth: 0 });
  if (["bigint", "text", "symbol"].includes(kind)) {
    value.dispose();
    return { text };
  }
  const id = values.size + 1;
  values.set(id, value);
  return { text, id };
}

function properties(value, isShown = () => true) {
  const keys = value.ownKeys(value.kind === "array" || value.kind === "object" ? 3 : 7).filter(isShown);
  const all = keys.slice(0, SHOWN).map((key) => {
    const name = typeof key === "string" ? key : key.inspect();
    try {
      return { key: name, ...shown(value.get(key)) };
    } catch (error) {
      return { key: name, text: `(${described(error)})` };
    }
  });
  return keys.length > SHOWN ? [...all, { key: "…", text: `${keys.length - SHOWN} more` }] : all;
}

function described(error) {
  if (error instanceof ScriptError) {
    return `Uncaught ${error.message}\n${error.scriptStack}`.trimEnd();
  }
  if (error instanceof InterruptedError || error instanceof LimitError) {
    return `Stopped: ${error.message}`;
  }
  return String(error?.message ?? error);
}

onmessage = async ({ data: { id, name, args } }) => {
  try {
    postMessage({ id, result: await commands[name](args) });
  } catch (error) {
    const gone = vm?.isGone === true;
    postMessage({ id, error: described(error), gone });
  }
};
