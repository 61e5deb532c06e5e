/** The thread of a VM in a worker. */

import type { Output } from "../abi/machine.js";
import { Engine } from "../engine.js";
import { EventLoop } from "../event-loop.js";
import type { AsyncHostFunction, RequestContext, VmOptions } from "../options.js";
import { Value } from "../value.js";
import type { SourceOptions, Vm } from "../vm.js";
import { withoutHandles } from "./handles.js";
import { receiveSnapshot, sendError, sendSnapshot, type FromWorker, type Setup, type ToWorker } from "./messages.js";
import { ownPort } from "./port.js";

const port = await ownPort();
const post = (message: FromWorker): void => port.post(message);

/** What waits for an answer of the other thread. */
const waiting = new Map<number, { resolve(value: any): void; reject(error: unknown): void }>();
let last = 0;

function ask<T>(send: (id: number) => FromWorker, signal?: AbortSignal): Promise<T> {
  const id = ++last;
  return new Promise<T>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    signal?.addEventListener("abort", () => post({ kind: "abort", id }), { once: true });
    post(send(id));
  }).finally(() => waiting.delete(id));
}

/** A function that has the other thread answer a request. */
function remote(name: string): AsyncHostFunction {
  return function (this: RequestContext, ...args) {
    const { id: request, repeated, signal } = this;
    withoutHandles(args, "an argument");
    return ask((id) => ({ kind: "request", id, name, args, request, repeated }), signal);
  };
}

const remotes = (names: string[]): Record<string, AsyncHostFunction> =>
  Object.fromEntries(names.map((name) => [name, remote(name)]));

function create(setup: Setup): Vm {
  const { modules } = setup;
  const options: VmOptions = {
    limits: setup.limits,
    stopFlag: setup.flag,
    asyncFunctions: remotes(setup.asyncFunctions),
    handlers: remotes(setup.handlers),
    requests: setup.requests,
    config: setup.config,
    seed: setup.seed,
    // The handlers answer their requests.
    fetch: setup.hasFetch ? () => Promise.reject(new TypeError("the other thread fetches")) : undefined,
    keyvalue: setup.hasKeyValue ? () => undefined : undefined,
    console: setup.hasConsole ? (level, text) => post({ kind: "console", level, text }) : undefined,
    modules:
      modules === true
        ? { fetch: (name) => ask((id) => ({ kind: "fetch-module", id, name })) }
        : modules === false
          ? undefined
          : modules,
  };
  const engine = new Engine(setup.module);
  return setup.snapshot === undefined
    ? engine.createVm(options)
    : engine[setup.origin === "resume" ? "resume" : "restore"](receiveSnapshot(setup.snapshot), options);
}

const copied = (value: Output): unknown => (value instanceof Value ? value.toData() : value);

/** What the other thread can call. */
function methods(vm: Vm): Record<string, (...args: any[]) => unknown> {
  const loop = (): EventLoop => new EventLoop(vm);
  return {
    eval: async (source: string, options: SourceOptions) => copied(await loop().eval(source, options)),
    async call(name: string, ...args: unknown[]) {
      const called = vm.global.get(name);
      if (!(called instanceof Value) || called.kind !== "function") {
        throw new TypeError(`${name} is not a function in the VM`);
      }
      const list = vm.fromData(args);
      const apply = vm.eval("(f, list) => f(...list)") as Value;
      const result = apply.call(called, list);
      return copied(result instanceof Value && result.kind === "promise" ? await loop().settled(result) : result);
    },
    run: () => loop().run(),
    snapshot: () => sendSnapshot(vm.snapshot()),
    unsettledRequests: () => vm.unsettledRequests(),
    settle: (id: bigint, value: unknown) => vm.settle(id, value),
    reject: (id: bigint, reason: unknown) => vm.reject(id, reason),
    memoryUsage: () => vm.memoryUsage(),
    setLimits: (limits) => vm.setLimits(limits),
  };
}

let called: Record<string, (...args: any[]) => unknown> = {};
let flag: Int32Array | undefined;

async function answer(id: number, method: string, args: unknown[]): Promise<void> {
  try {
    const value = await called[method]!(...args);
    post({ kind: "result", id, value: withoutHandles(value, "the result") });
  } catch (error) {
    post({ kind: "result", id, error: sendError(error) });
  } finally {
    // A stop ends one call. The next one may run.
    if (flag !== undefined) {
      Atomics.store(flag, 0, 0);
    }
  }
}

port.listen(
  (message: ToWorker) => {
    switch (message.kind) {
      case "setup":
        try {
          flag = message.setup.flag;
          called = methods(create(message.setup));
          post({ kind: "ready" });
        } catch (error) {
          post({ kind: "ready", error: sendError(error) });
        }
        break;
      case "call":
        void answer(message.id, message.method, message.args);
        break;
      case "answer": {
        const waits = waiting.get(message.id);
        if ("error" in message) {
          waits?.reject(message.error);
        } else {
          waits?.resolve(message.value);
        }
        break;
      }
    }
  },
  () => {},
);
