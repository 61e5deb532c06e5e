/** Handles to values, as quickjs-wasi has them. */

import { Value } from "../value.js";
import { definePropertyOf, descriptorOf, keysOf } from "./properties.js";
import { Reference } from "./reference.js";
import type { JSOwnPropertyDescriptor, JSPropertyDescriptor } from "./types.js";

/** How the states of promises are numbered. */
const STATES = ["pending", "fulfilled", "rejected"] as const;

/** A handle to a value in a VM. */
export class JSValueHandle extends Reference {
  /** Another handle to the same value. */
  dup(): JSValueHandle {
    const raw = this.raw;
    return this.core.wrap(raw instanceof Value ? raw.clone() : raw);
  }

  /** Calls a function with the handle, gives it up, and returns the result. */
  consume<T>(fn: (handle: JSValueHandle) => T): T {
    try {
      return fn(this);
    } finally {
      this.dispose();
    }
  }

  /** A number that handles to the same object or symbol share, or 0. */
  get identity(): number {
    const raw = this.raw;
    return raw instanceof Value ? (this.core.enter(({ instance }) => instance.valueIdentity(raw)) ?? 0) : 0;
  }

  /** `value.constructor.name`, if there is one. A script controls it. */
  get constructorName(): string | undefined {
    if (this.isUndefined || this.isNull) {
      return undefined;
    }
    return this.getProp("constructor").consume((made) =>
      made.isUndefined || made.isNull
        ? undefined
        : made.getProp("name").consume((name) => (name.isUndefined || name.isNull ? undefined : name.toString())),
    );
  }

  /** The state of a promise: 0 pending, 1 fulfilled, 2 rejected. -1 for another value. */
  get promiseState(): number {
    const raw = this.raw;
    const state = raw instanceof Value ? this.core.enter(({ vm }) => vm.promiseState(raw)) : undefined;
    return state === undefined ? -1 : STATES.indexOf(state);
  }

  // Conversions.

  /** `Boolean(value)` */
  toBoolean(): boolean {
    const raw = this.raw;
    return raw instanceof Value ? raw.toBoolean() : Boolean(raw);
  }

  /** `Number(value)`, or NaN if there is none. */
  toNumber(): number {
    const raw = this.raw;
    if (!(raw instanceof Value)) {
      return typeof raw === "bigint" ? NaN : Number(raw);
    }
    return this.core.attempt(() => (this.isBigInt ? NaN : raw.toNumber())) ?? NaN;
  }

  /** `BigInt(value)` */
  toBigInt(): bigint {
    const raw = this.raw;
    if (typeof raw === "bigint") {
      return raw;
    }
    const value = this.core.attempt(() => this.value().toBigInt());
    if (value === undefined) {
      throw new Error("Failed to convert value to BigInt");
    }
    return value;
  }

  /** `String(value)`, for which a script's code may run. */
  override toString(): string {
    const raw = this.raw;
    return raw instanceof Value ? this.core.enter(() => raw.toString()) : String(raw);
  }

  /** A copy of the bytes of an array buffer, or of those that a typed array covers. */
  toArrayBuffer(): ArrayBuffer {
    return this.toUint8Array().buffer as ArrayBuffer;
  }

  /** A copy of the bytes of an array buffer, or of those that a typed array covers. */
  toUint8Array(): Uint8Array {
    const bytes = this.core.attempt(() => this.value().toBytes());
    if (bytes === undefined) {
      throw new Error("Value is not an ArrayBuffer or typed array");
    }
    return bytes;
  }

  // Properties.

  /** `value.length` */
  get length(): number {
    return this.getProp("length").consume((length) => length.toNumber());
  }

  /** `value[name]` */
  getProp(name: string): JSValueHandle {
    const value = this.value();
    return this.core.wrap(this.core.enter(() => value.get(name)));
  }

  /** `value[name] = to` */
  setProp(name: string, value: JSValueHandle): void {
    this.vm.setProp(this, name, value);
  }

  /** Defines a property. Attributes that are not given are `false`. */
  defineProp(key: string | JSValueHandle, value: JSValueHandle, descriptor?: JSPropertyDescriptor): void {
    definePropertyOf(this.core, this, key, value, descriptor);
  }

  /** `Object.keys(value)` */
  keys(): string[] {
    return keysOf(this.core, this, { strings: true }) as string[];
  }

  /** `Object.getOwnPropertyNames(value)` */
  getOwnPropertyNames(): string[] {
    return keysOf(this.core, this, { strings: true, hidden: true }) as string[];
  }

  /** `Reflect.ownKeys(value)`: symbols are handles. */
  getOwnPropertyKeys(): Array<string | JSValueHandle> {
    return keysOf(this.core, this, { strings: true, symbols: true, hidden: true });
  }

  /** An own property, of which no getter is called. */
  getOwnPropertyDescriptor(key: string | JSValueHandle): JSOwnPropertyDescriptor | undefined {
    return descriptorOf(this.core, this, key);
  }

  /** `Object.hasOwn(value, name)` */
  override hasOwnProperty(name: string): boolean {
    const value = this.value();
    return this.core.attempt(({ instance }) => instance.propertiesHasOwn(value, name)) ?? false;
  }

  /** Whether there is an enumerable own property of this name. */
  override propertyIsEnumerable(name: string): boolean {
    const value = this.value();
    return this.core.attempt(({ instance }) => instance.propertiesGetOwnProperty(value, name)?.enumerable) ?? false;
  }

  /** `Object.getPrototypeOf(value)` */
  getPrototypeOf(): JSValueHandle {
    const value = this.value();
    return this.core.wrap(this.core.enter(({ instance }) => instance.propertiesGetPrototype(value)));
  }

  /** The target of a proxy. No trap is called. */
  getProxyTarget(): JSValueHandle {
    const value = this.value();
    return this.#proxied(this.core.enter(({ instance }) => instance.objectsGetProxyTarget(value)));
  }

  /** The handler of a proxy. No trap is called. */
  getProxyHandler(): JSValueHandle {
    const value = this.value();
    return this.#proxied(this.core.enter(({ instance }) => instance.objectsGetProxyHandler(value)));
  }

  #proxied(found: unknown): JSValueHandle {
    if (found === undefined) {
      throw this.core.exception("type-error", "the value is not a proxy, or was revoked");
    }
    return this.core.wrap(found as Value);
  }
}

/** `using handle = …` gives it up. */
export interface JSValueHandle {
  [Symbol.dispose](): void;
}

const disposeSymbol: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
if (disposeSymbol !== undefined) {
  Object.defineProperty(JSValueHandle.prototype, disposeSymbol, { value: JSValueHandle.prototype.dispose });
}
