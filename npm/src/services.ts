/** Key-value storage and settings, which scripts import as `jsvm:keyvalue` and `jsvm:config`. */

import type { Module } from "./abi/bindings.js";
import type { AsyncHostFunction, KeyValue, KeyValueStore, VmOptions } from "./options.js";
import { CONFIG, CONFIG_SOURCE, KEYVALUE, KEYVALUE_SOURCE, MODULES } from "./protocol.js";

/** The modules themselves, and those that make their requests. */
const REQUESTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [MODULES.keyvalueRequests]: KEYVALUE,
  [MODULES.configRequests]: CONFIG,
};
const SOURCES: Readonly<Record<string, string>> = {
  [MODULES.keyvalue]: KEYVALUE_SOURCE,
  [MODULES.config]: CONFIG_SOURCE,
};

/** Whether a name is that of one of these modules, and the VM has the service. */
export function isService(options: Pick<VmOptions, "keyvalue" | "config">, name: string): boolean {
  switch (name) {
    case MODULES.keyvalue:
    case MODULES.keyvalueRequests:
      return options.keyvalue !== undefined;
    case MODULES.config:
    case MODULES.configRequests:
      return options.config !== undefined;
    default:
      return false;
  }
}

/** The module of a name for which {@link isService} is true. */
export function serviceModule(name: string): Module {
  const text = SOURCES[name];
  if (text !== undefined) {
    return { tag: "source", val: { kind: "es", text, url: undefined, mappings: undefined, exports: [] } };
  }
  const exports = Object.entries(REQUESTS[name] ?? {});
  return {
    tag: "native",
    val: exports.map(([name, call]) => ({ name, content: { tag: "request-function", val: { call, length: 0 } } })),
  };
}

/** The functions that answer the requests of settings. */
export function configHandlers(config: Readonly<Record<string, string>>): Record<string, AsyncHostFunction> {
  const entries = new Map(Object.entries(config).map(([name, value]) => [name, String(value)]));
  return {
    [CONFIG.get]: (name: string) => entries.get(name),
    [CONFIG.getAll]: () => [...entries],
  };
}

/** Whether a name means the default store. */
function isDefault(name: string | undefined): boolean {
  return name === undefined || name === "" || name === "default";
}

/** The functions that answer the requests of key-value storage. */
export function keyValueHandlers(given: KeyValue): Record<string, AsyncHostFunction> {
  const decimal = new TextDecoder();
  /** The last increment: one begins when the one before it has ended. */
  let last: Promise<unknown> = Promise.resolve();
  const open = (name: string | undefined): KeyValueStore => {
    const store = typeof given === "function" ? given(name) : isDefault(name) ? given : undefined;
    if (store === undefined) {
      throw new Error(`the store ${JSON.stringify(name)} does not exist`);
    }
    return store;
  };
  const add = async (store: KeyValueStore, key: string, delta: number): Promise<number> => {
    const bytes = await store.get(key);
    const text = bytes === undefined ? "0" : decimal.decode(bytes);
    const sum = Number(text) + delta;
    if (!/^-?[0-9]+$/.test(text) || !Number.isSafeInteger(sum)) {
      throw new TypeError(`cannot increment ${JSON.stringify(key)}: its value or the sum is not a whole number`);
    }
    await store.set(key, new TextEncoder().encode(String(sum)));
    return sum;
  };
  return {
    [KEYVALUE.get]: async (store, key) => (await open(store).get(key)) ?? undefined,
    [KEYVALUE.set]: async (store, key, value) => void (await open(store).set(key, value)),
    [KEYVALUE.remove]: async (store, key) => void (await open(store).delete(key)),
    [KEYVALUE.exists]: async (store, key) => ((await open(store).get(key)) ?? undefined) !== undefined,
    [KEYVALUE.list]: async (store) => ({ keys: [...(await open(store).keys())] }),
    async [KEYVALUE.increment](name, key, delta) {
      const store = open(name);
      if (store.increment !== undefined) {
        return store.increment(key, delta);
      }
      const sum = last.then(() => add(store, key, delta));
      last = sum.catch(() => {});
      return sum;
    },
  };
}
