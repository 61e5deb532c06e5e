/** What the classes of this folder share of a VM: the way in, and what becomes of failures. */

import { type ErrorClass, WAITING } from "../abi/bindings.js";
import type { Output } from "../abi/machine.js";
import { InterruptedError, LimitError, ScriptError, UseError } from "../errors.js";
import type { Instance } from "../instance.js";
import { Value } from "../value.js";
import type { Vm } from "../vm.js";
import { type ExceptionTexts, JSException, markInterrupt } from "./exception.js";
import { JSValueHandle } from "./handle.js";
import { HostCalls } from "./host-calls.js";
import type { Raw } from "./kinds.js";
import { Observers } from "./promises.js";
import type { QuickJS } from "./quickjs.js";
import type { Lifetime } from "./reference.js";
import type { QuickJSOptions } from "./types.js";

/** The message of what uses a VM that was disposed of. */
const DISPOSED = "QuickJS instance has been disposed";

/** A VM, with what an object of `QuickJS` knows of it. */
export class Core {
  readonly owner: QuickJS;
  readonly vm: Vm;
  readonly instance: Instance;
  readonly options: QuickJSOptions;
  readonly hostCalls = new HostCalls(this);
  readonly observers = new Observers(this);
  /** The handles of the innermost `withScope()`. */
  scope: Set<JSValueHandle> | undefined;
  /** How many calls that may run scripts are on the stack. */
  #depth = 0;
  #end: Error | undefined;

  constructor(owner: QuickJS, vm: Vm, options: QuickJSOptions) {
    this.owner = owner;
    this.vm = vm;
    this.instance = vm.instance;
    this.options = options;
  }

  /** Throws if the VM was disposed of. */
  live(): void {
    if (this.#end !== undefined) {
      throw this.#end;
    }
  }

  get isDisposed(): boolean {
    return this.#end !== undefined;
  }

  /** Ends the VM. What waits for a promise fails with the error. */
  dispose(error: unknown = new Error(DISPOSED)): void {
    if (this.#end === undefined) {
      this.#end = error as Error;
      this.observers.cancel(error);
      this.hostCalls.clear();
      this.scope = undefined;
      this.vm.dispose();
    }
  }

  /** Makes a handle. */
  wrap(value: Raw | Output, lifetime: Lifetime = "owned"): JSValueHandle {
    return new JSValueHandle(this, value as Raw, lifetime);
  }

  /** Calls the VM. */
  enter<T>(call: (core: Core) => T): T {
    this.live();
    try {
      return call(this);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Calls the VM, and returns nothing if a script threw. */
  attempt<T>(call: (core: Core) => T): T | undefined {
    this.live();
    try {
      return call(this);
    } catch (error) {
      if (error instanceof ScriptError) {
        (error.value instanceof Value) && error.value.dispose();
        return undefined;
      }
      throw this.#failed(error);
    }
  }

  /** Calls the VM to run a script. At the end of the outermost call, the embedder is told of rejections. */
  run<T>(call: (core: Core) => T): T {
    this.#depth++;
    try {
      return this.enter(call);
    } finally {
      this.#depth--;
      if (this.#depth === 0) {
        this.#tellRejections();
      }
    }
  }

  /** Runs jobs until none is left, and returns how many ran. */
  drain(): number {
    return this.run(({ vm }) => {
      let executed = 0;
      for (;;) {
        const report = vm.runJobs();
        executed += report.executed;
        if ((report.waiting & WAITING.rejections) !== 0 && this.options.onUnhandledRejection === undefined) {
          // Nobody asks for them, and the VM would keep them.
          vm.takeUnhandledRejections().forEach(({ promise }) => promise.dispose());
        }
        if (!report.pending) {
          return executed;
        }
      }
    });
  }

  #tellRejections(): void {
    const tell = this.options.onUnhandledRejection;
    if (tell === undefined || this.vm.isGone) {
      return;
    }
    const told = (promise: Value, isHandled: boolean): void => {
      const reason = this.instance.promisesGetPromiseResult(promise);
      const handles = [this.wrap(promise, "call"), this.wrap(reason as Raw, "call")] as const;
      try {
        tell(...handles, isHandled);
      } finally {
        handles.forEach((handle) => handle.end());
      }
    };
    // The next call for unhandled ones forgets which have got a handler.
    const handled = this.instance.promisesTakeHandledRejections() as Value[];
    handled.forEach((promise) => told(promise, true));
    this.vm.takeUnhandledRejections().forEach(({ promise }) => told(promise, false));
  }

  // Failures.

  /** The error that the embedder gets for a failure. */
  #failed(error: unknown): unknown {
    if (error instanceof ScriptError) {
      return this.#thrown(error);
    }
    if (error instanceof InterruptedError) {
      const { cause } = error;
      return cause === undefined ? markInterrupt(this.exception("internal-error", "interrupted")) : cause;
    }
    if (error instanceof LimitError) {
      return error.limit === "memory"
        ? this.exception("internal-error", "out of memory")
        : this.exception("range-error", error.message);
    }
    if (error instanceof UseError && this.#end !== undefined) {
      return this.#end;
    }
    return error;
  }

  /** An exception of an error that is made in the VM. */
  exception(class_: ErrorClass, message: string): JSException {
    const value = this.instance.objectsCreateError(class_, message, undefined) as Value;
    const read = (key: string): string => String(value.get(key));
    return this.#exception(value, { name: read("name"), message, stack: read("stack") });
  }

  #exception(value: Output, texts: ExceptionTexts): JSException {
    const scope = this.scope;
    // An exception outlives the scope in which it was thrown.
    this.scope = undefined;
    try {
      return new JSException(this.wrap(value as Raw), texts);
    } finally {
      this.scope = scope;
    }
  }

  #thrown(error: ScriptError): JSException {
    const { value, scriptName } = error;
    const texts: ExceptionTexts = {
      name: scriptName === "" ? "Error" : scriptName,
      message: error.message.slice(scriptName === "" ? "the script threw ".length : scriptName.length + 2),
      stack: error.scriptStack,
    };
    if (value instanceof Value && scriptName === "") {
      // An object that is no error may have these all the same.
      const read = (key: string): string | undefined => {
        const found = this.attempt(() => value.get(key));
        return found === undefined ? undefined : String(found);
      };
      texts.name = read("name") ?? texts.name;
      texts.message = read("message") ?? texts.message;
      texts.stack = read("stack");
    } else if (!(value instanceof Value)) {
      texts.stack = undefined;
    }
    return this.#exception(value, texts);
  }
}
