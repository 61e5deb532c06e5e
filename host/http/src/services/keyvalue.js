// `jsvm:keyvalue`: key-value storage that the embedder provides. Stores have names, not handles, so a
// program can be frozen while it uses them.
import * as requests from "jsvm:keyvalue-requests";

const keyOf = (key) => {
  if (typeof key !== "string") throw new TypeError(`the key must be a string, found ${typeof key}`);
  return key;
};

const bytesOf = (value) => {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError("the value must be a string, an ArrayBuffer or a view of one. Use setJson for other values");
};

const textOf = (bytes) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes));

class Store {
  #name;

  constructor(name) {
    if (name !== undefined && typeof name !== "string") throw new TypeError("the name of a store must be a string");
    this.#name = name;
  }

  /** The value of a key as a Uint8Array; undefined if there is none. */
  async get(key) {
    return (await requests.get(this.#name, keyOf(key))) ?? undefined;
  }

  /** The value as text. */
  async getText(key) {
    return textOf(await this.get(key));
  }

  /** The value that setJson has set. */
  async getJson(key) {
    const text = await this.getText(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key, value) {
    await requests.set(this.#name, keyOf(key), bytesOf(value));
  }

  async setJson(key, value) {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("JSON cannot represent this value");
    await this.set(key, text);
  }

  async delete(key) {
    await requests.remove(this.#name, keyOf(key));
  }

  async exists(key) {
    return requests.exists(this.#name, keyOf(key));
  }

  /** Adds to the number of a key, or to 0, atomically. Returns the sum. */
  async increment(key, delta = 1) {
    if (!Number.isSafeInteger(delta)) throw new TypeError("the increment must be a whole number");
    return requests.increment(this.#name, keyOf(key), delta);
  }

  /** The number of a key that increment has added to; undefined if there is none. The host decides how it stores
      such a number, so getText does not read it everywhere. */
  async getNumber(key) {
    return (await this.exists(key)) ? this.increment(key, 0) : undefined;
  }

  /** All keys, in no particular order: for await (const key of store.keys()). */
  async *keys() {
    let after;
    do {
      const { keys, next } = await requests.list(this.#name, after);
      yield* keys;
      after = next ?? undefined;
    } while (after !== undefined);
  }
}

/** A store by its name, or the default store. It is opened at its first use. */
export const open = (name) => new Store(name);
