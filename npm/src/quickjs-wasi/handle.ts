/** Handles to values, as quickjs-wasi has them. */

import type { ValueKind } from "../abi/bindings.js";
import type { Input } from "../abi/machine.js";
import { Value } from "../value.js";
import type { Core } from "./core.js";
import { classIdOf, isObjectKind, kindOf, type Raw, typeOfKind } from "./kinds.js";
import { definePropertyOf, descriptorOf, keysOf } from "./properties.js";
import type { QuickJS } from "./quickjs.js";
import type { JSOwnPropertyDescriptor, JSPropertyDescriptor } from "./types.js";

/**
 * To whom a handle belongs: to the program; to a host call, which gives it up at its end; or to the VM,
 * which has it as long as it lives.
 */
export type Lifetime = "owned" | "call" | "vm";

/** How the states of promises are numbered. */
const STATES = ["pending", "fulfilled", "rejected"] as const;

/** A handle to a value in a VM. */
export class JSValueHandle {
  /** The VM of the value. */
  readonly vm: QuickJS;
  readonly #core: Core;
  #raw: Raw;
  /** Finds the value when it is first needed. */
  #find: (() => Raw) | undefined;
  /** A handle of the VM to a value that is held here. */
  #boxed: Value | undefined;
  #kind: ValueKind | undefined;
  readonly #lifetime: Lifetime;
  #disposed = false;
  /** @internal Called when the handle is given up. */
  onDispose: (() => void) | undefined;

  /** @internal */
  constructor(core: Core, raw: Raw, lifetime: Lifetime = "owned", find?: () => Raw) {
    this.vm = core.owner;
    this.#core = core;
    this.#raw = raw;
    this.#find = find;
    this.#lifetime = lifetime;
    if (lifetime === "owned") {
      core.scope?.add(this);
    }
  }

  // What the rest of this package needs of a handle.

  /** @internal The value, which a VM can be given as it is unless it is a BigInt. */
  get raw(): Raw {
    if (this.#disposed) {
      throw new Error("the handle was disposed: dup() it to keep its value longer");
    }
    this.#core.live();
    if (this.#find !== undefined) {
      this.#raw = this.#find();
      this.#find = undefined;
    }
    return this.#raw;
  }

  /** @internal The value as an argument of a call into this VM. */
  input(core: Core): Input {
    if (core !== this.#core) {
      throw new Error("the handle belongs to a different VM: copy its value with dump() and hostToHandle()");
    }
    const raw = this.raw;
    return typeof raw === "bigint" ? this.value() : raw;
  }

  /** @internal A handle of the VM, whatever the value is. */
  value(): Value {
    const raw = this.raw;
    if (raw instanceof Value) {
      return raw;
    }
    return (this.#boxed ??= this.#core.enter(({ vm }) =>
      typeof raw === "bigint" ? vm.createBigInt(raw) : vm.createPrimitive(raw),
    ));
  }

  /** @internal Whether the handle belongs to a host call. */
  get isBorrowed(): boolean {
    return this.#lifetime === "call";
  }

  /** @internal Gives the handle up, whoever it belongs to. */
  end(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.onDispose?.();
    this.onDispose = undefined;
    if (this.#raw instanceof Value) {
      this.#raw.dispose();
    }
    this.#boxed?.dispose();
  }

  /** A number for the handle's place in the VM, or 0 for a value that has none. It is no address. */
  get ptr(): number {
    const raw = this.#raw;
    return raw instanceof Value && !this.#disposed ? raw.rep : 0;
  }

  // Lifetime.

  /** Whether `dispose()` was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Gives the handle up. Handles that are lost are freed in the end. */
  dispose(): void {
    if (this.#lifetime === "owned") {
      this.end();
    }
  }

  /** Another handle to the same value. */
  dup(): JSValueHandle {
    const raw = this.raw;
    return this.#core.wrap(raw instanceof Value ? raw.clone() : raw);
  }

  /** Calls a function with the handle, gives it up, and returns the result. */
  consume<T>(fn: (handle: JSValueHandle) => T): T {
    try {
      return fn(this);
    } finally {
      this.dispose();
    }
  }

  // Kinds.

  #is(kind: ValueKind): boolean {
    return this.#kindOf() === kind;
  }

  #kindOf(): ValueKind {
    const raw = this.raw;
    return (this.#kind ??= kindOf(raw));
  }

  /** The engine's name of the class. */
  #class(): string | undefined {
    const raw = this.raw;
    return raw instanceof Value ? raw.className : undefined;
  }

  get isUndefined(): boolean {
    return this.raw === undefined;
  }

  get isNull(): boolean {
    return this.raw === null;
  }

  get isBool(): boolean {
    return typeof this.raw === "boolean";
  }

  get isNumber(): boolean {
    return typeof this.raw === "number";
  }

  get isString(): boolean {
    return this.#is("text");
  }

  get isSymbol(): boolean {
    return this.#is("symbol");
  }

  get isBigInt(): boolean {
    return this.#is("bigint");
  }

  get isObject(): boolean {
    return isObjectKind(this.#kindOf());
  }

  get isArray(): boolean {
    return this.#is("array");
  }

  get isFunction(): boolean {
    return this.#is("function");
  }

  get isError(): boolean {
    return this.#is("error") && this.#class() === "Error";
  }

  get isPromise(): boolean {
    return this.#is("promise");
  }

  get isArrayBuffer(): boolean {
    return this.#is("array-buffer") && this.#class() === "ArrayBuffer";
  }

  get isProxy(): boolean {
    return this.#class() === "Proxy";
  }

  get isMap(): boolean {
    return this.#is("map-object");
  }

  get isSet(): boolean {
    return this.#is("set-object");
  }

  get isDate(): boolean {
    return this.#is("date");
  }

  get isRegExp(): boolean {
    return this.#is("regexp");
  }

  get isWeakRef(): boolean {
    return this.#is("weak") && this.#class() === "WeakRef";
  }

  get isWeakMap(): boolean {
    return this.#is("weak") && this.#class() === "WeakMap";
  }

  get isWeakSet(): boolean {
    return this.#is("weak") && this.#class() === "WeakSet";
  }

  get isDataView(): boolean {
    return this.#is("data-view");
  }

  /** `typeof value` */
  get typeof(): string {
    return typeOfKind(this.#kindOf());
  }

  /** The engine's name of an object's class, which scripts cannot change. That of a proxy is `Object`. */
  get className(): string | undefined {
    const name = this.#class();
    return name === "Proxy" ? "Object" : name;
  }

  /** A number for the class of an object, the same for all of its objects in this process; 0 for a primitive. */
  get classId(): number {
    const name = this.#class();
    return name === undefined ? 0 : classIdOf(name);
  }

  /** A number that handles to the same object or symbol share, or 0. */
  get identity(): number {
    const raw = this.raw;
    return raw instanceof Value ? (this.#core.enter(({ instance }) => instance.valueIdentity(raw)) ?? 0) : 0;
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
    const state = raw instanceof Value ? this.#core.enter(({ vm }) => vm.promiseState(raw)) : undefined;
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
    return this.#core.attempt(() => (this.isBigInt ? NaN : raw.toNumber())) ?? NaN;
  }

  /** `BigInt(value)` */
  toBigInt(): bigint {
    const raw = this.raw;
    if (typeof raw === "bigint") {
      return raw;
    }
    const value = this.#core.attempt(() => this.value().toBigInt());
    if (value === undefined) {
      throw new Error("Failed to convert value to BigInt");
    }
    return value;
  }

  /** `String(value)`, for which a script's code may run. */
  toString(): string {
    const raw = this.raw;
    return raw instanceof Value ? this.#core.enter(() => raw.toString()) : String(raw);
  }

  /** A copy of the bytes of an array buffer, or of those that a typed array covers. */
  toArrayBuffer(): ArrayBuffer {
    return this.toUint8Array().buffer as ArrayBuffer;
  }

  /** A copy of the bytes of an array buffer, or of those that a typed array covers. */
  toUint8Array(): Uint8Array {
    const bytes = this.#core.attempt(() => this.value().toBytes());
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
    return this.#core.wrap(this.#core.enter(() => value.get(name)));
  }

  /** `value[name] = to` */
  setProp(name: string, value: JSValueHandle): void {
    this.vm.setProp(this, name, value);
  }

  /** Defines a property. Attributes that are not given are `false`. */
  defineProp(key: string | JSValueHandle, value: JSValueHandle, descriptor?: JSPropertyDescriptor): void {
    definePropertyOf(this.#core, this, key, value, descriptor);
  }

  /** `Object.keys(value)` */
  keys(): string[] {
    return keysOf(this.#core, this, { strings: true }) as string[];
  }

  /** `Object.getOwnPropertyNames(value)` */
  getOwnPropertyNames(): string[] {
    return keysOf(this.#core, this, { strings: true, hidden: true }) as string[];
  }

  /** `Reflect.ownKeys(value)`: symbols are handles. */
  getOwnPropertyKeys(): Array<string | JSValueHandle> {
    return keysOf(this.#core, this, { strings: true, symbols: true, hidden: true });
  }

  /** An own property, of which no getter is called. */
  getOwnPropertyDescriptor(key: string | JSValueHandle): JSOwnPropertyDescriptor | undefined {
    return descriptorOf(this.#core, this, key);
  }

  /** `Object.hasOwn(value, name)` */
  hasOwnProperty(name: string): boolean {
    const value = this.value();
    return this.#core.attempt(({ instance }) => instance.propertiesHasOwn(value, name)) ?? false;
  }

  /** Whether there is an enumerable own property of this name. */
  propertyIsEnumerable(name: string): boolean {
    const value = this.value();
    return this.#core.attempt(({ instance }) => instance.propertiesGetOwnProperty(value, name)?.enumerable) ?? false;
  }

  /** `Object.getPrototypeOf(value)` */
  getPrototypeOf(): JSValueHandle {
    const value = this.value();
    return this.#core.wrap(this.#core.enter(({ instance }) => instance.propertiesGetPrototype(value)));
  }

  /** The target of a proxy. No trap is called. */
  getProxyTarget(): JSValueHandle {
    const value = this.value();
    return this.#proxied(this.#core.enter(({ instance }) => instance.objectsGetProxyTarget(value)));
  }

  /** The handler of a proxy. No trap is called. */
  getProxyHandler(): JSValueHandle {
    const value = this.value();
    return this.#proxied(this.#core.enter(({ instance }) => instance.objectsGetProxyHandler(value)));
  }

  #proxied(found: unknown): JSValueHandle {
    if (found === undefined) {
      throw this.#core.exception("type-error", "the value is not a proxy, or was revoked");
    }
    return this.#core.wrap(found as Value);
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
