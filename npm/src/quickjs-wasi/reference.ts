/** A reference to a value of a VM: whom it belongs to, and what kind of value it is. */

import type { ValueKind } from "../abi/bindings.js";
import type { Input } from "../abi/machine.js";
import { Value } from "../value.js";
import type { Core } from "./core.js";
import { classIdOf, isObjectKind, kindOf, type Raw, typeOfKind } from "./kinds.js";
import type { QuickJS } from "./quickjs.js";

/**
 * To whom a handle belongs: to the program; to a host call, which gives it up at its end; or to the VM,
 * which has it as long as it lives.
 */
export type Lifetime = "owned" | "call" | "vm";

/** What a handle is, without its conversions and properties. */
export abstract class Reference {
  /** @internal */
  protected readonly core: Core;
  readonly #raw: Raw;
  /** A handle of the VM to a value that is held here. */
  #boxed: Value | undefined;
  #kind: ValueKind | undefined;
  readonly #lifetime: Lifetime;
  #disposed = false;
  /** @internal Called when the handle is given up. */
  onDispose: (() => void) | undefined;

  /** @internal */
  constructor(core: Core, raw: Raw, lifetime: Lifetime = "owned") {
    this.core = core;
    this.#raw = raw;
    this.#lifetime = lifetime;
    if (lifetime === "owned") {
      core.scope?.add(this as never);
    }
  }

  /** The VM of the value. */
  get vm(): QuickJS {
    return this.core.owner;
  }

  // What the rest of this package needs of a handle.

  /** @internal The value, which a VM can be given as it is unless it is a BigInt. */
  get raw(): Raw {
    if (this.#disposed) {
      throw new Error("the handle was disposed: dup() it to keep its value longer");
    }
    this.core.live();
    return this.#raw;
  }

  /** @internal The value as an argument of a call into this VM. */
  input(core: Core): Input {
    if (core !== this.core) {
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
    return (this.#boxed ??= this.core.enter(({ vm }) =>
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
}
