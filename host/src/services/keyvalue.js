// `jsvm:keyvalue`: storage of whoever runs the program. Stores are known by their names, so a program
// that is frozen has nothing to lose.
import * as requests from "jsvm:keyvalue-requests";

const keyOf = (key) => {
  if (typeof key !== "string") throw new TypeError(`a key is a string, and not ${typeof key}`);
  return key;
};

const bytesOf = (value) => {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError("a value is a string, an ArrayBuffer or a view of one; setJson takes all else");
};

const textOf = (bytes) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes));

class Store {
  #name;

  constructor(name) {
    if (name !== undefined && typeof name !== "string") throw new TypeError("the name of a store is a string");
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

  /** What setJson has set. */
  async getJson(key) {
    const text = await this.getText(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key, value) {
    await requests.set(this.#name, keyOf(key), bytesOf(value));
  }

  async setJson(key, value) {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("there is no JSON for this value");
    await this.set(key, text);
  }

  async delete(key) {
    await requests.remove(this.#name, keyOf(key));
  }

  async exists(key) {
    return requests.exists(this.#name, keyOf(key));
  }

  /** Adds to the number that is there, or to 0, at one stroke. Gives the sum. */
  async increment(key, delta = 1) {
    if (!Number.isSafeInteger(delta)) throw new TypeError("what is added is a whole number");
    return requests.increment(this.#name, keyOf(key), delta);
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

/** A store by its name; the one that is there by default if none is given. Nothing happens before it is used. */
export const open = (name) => new Store(name);
