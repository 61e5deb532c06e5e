/** Copies of values between the embedder and a VM: `dump()`, `hostToHandle()` and `newError()`. */

import type { PropertyDefinition } from "../abi/bindings.js";
import { Value } from "../value.js";
import type { Core } from "./core.js";
import { isInterrupt, JSException } from "./exception.js";
import { JSValueHandle } from "./handle.js";
import { newPromise } from "./promises.js";

/** Copies a value out, into the forms that quickjs-wasi has: plain objects, arrays, errors and buffers. */
export function dump(core: Core, handle: JSValueHandle): unknown {
  const raw = handle.raw;
  if (!(raw instanceof Value)) {
    return raw;
  }
  return copyOf(
    core.enter(() => raw.toData()),
    outOf,
  );
}

/** What a value becomes, and how its contents are filled in. */
type Made = { copy: unknown; fill?: (of: (value: unknown) => unknown) => void };

/** Copies a graph of values, in which one object becomes one copy. It does not recurse. */
function copyOf(root: unknown, make: (value: object) => Made): unknown {
  const copies = new Map<object, unknown>();
  const fills: ((of: (value: unknown) => unknown) => void)[] = [];
  const of = (value: unknown): unknown => {
    if (typeof value === "symbol") {
      return symbolOut(value);
    }
    if (typeof value === "function") {
      return undefined;
    }
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (copies.has(value)) {
      return copies.get(value);
    }
    const { copy, fill } = make(value);
    copies.set(value, copy);
    if (fill !== undefined) {
      fills.push(fill);
    }
    return copy;
  };
  const copy = of(root);
  for (let fill = fills.pop(); fill !== undefined; fill = fills.pop()) {
    fill(of);
  }
  return copy;
}

/** Other symbols than those of the registry mean nothing outside of their VM. */
function symbolOut(value: symbol): symbol | undefined {
  return Symbol.keyFor(value) === undefined ? undefined : value;
}

function outOf(value: object): Made {
  if (value instanceof Value) {
    const copy = value.kind === "function" ? undefined : {};
    value.dispose();
    return { copy };
  }
  if (Array.isArray(value)) {
    return listOf(value);
  }
  if (value instanceof Error) {
    return { copy: errorOut(value) };
  }
  if (value instanceof ArrayBuffer) {
    return { copy: value };
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return { copy: viewOut(value) };
  }
  return recordOf(value);
}

function listOf(value: unknown[]): Made {
  const copy: unknown[] = [];
  const fill = (of: (value: unknown) => unknown): void => {
    for (let index = 0; index < value.length; index++) {
      copy.push(of(value[index]));
    }
  };
  return { copy, fill };
}

function recordOf(value: object): Made {
  const copy = {};
  const fill = (of: (value: unknown) => unknown): void => {
    for (const [key, content] of Object.entries(value)) {
      Object.defineProperty(copy, key, { value: of(content), writable: true, enumerable: true, configurable: true });
    }
  };
  return { copy, fill };
}

function errorOut(value: Error): Error {
  const copy = new Error(value.message);
  const { stack } = value;
  const head = `${String(value)}\n`;
  Object.defineProperty(copy, "name", { value: value.name, writable: true, enumerable: true, configurable: true });
  copy.stack = stack?.startsWith(head) === true ? stack.slice(head.length) : (stack ?? "");
  return copy;
}

/** As in quickjs-wasi, the array's class follows from the size of its elements alone. */
function viewOut(view: ArrayBufferView): ArrayBufferView {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  switch ((view as Uint8Array).BYTES_PER_ELEMENT) {
    case 2:
      return new Uint16Array(bytes.buffer);
    case 4:
      return new Uint32Array(bytes.buffer);
    case 8:
      return new Float64Array(bytes.buffer);
    default:
      return bytes;
  }
}

/** Copies a value of the embedder into the VM. */
export function hostToHandle(core: Core, value: unknown): JSValueHandle {
  switch (typeof value) {
    case "undefined":
      return core.owner.undefined;
    case "boolean":
      return value ? core.owner.true : core.owner.false;
    case "number":
    case "string":
    case "bigint":
      return core.wrap(value);
    case "function":
      return core.owner.undefined;
    case "symbol":
      return core.wrap(core.enter(({ vm }) => vm.fromData(symbolIn(value))));
    default:
      break;
  }
  if (value === null) {
    return core.owner.null;
  }
  if (value instanceof JSValueHandle) {
    return value.dup();
  }
  if (value instanceof Promise) {
    return bridge(core, value);
  }
  const made: Value[] = [];
  try {
    const data = copyOf(value, (object) => into(core, object, made));
    if (data instanceof Value) {
      made.length = 0;
      return core.wrap(data);
    }
    return core.wrap(core.enter(({ vm }) => vm.fromData(data)));
  } finally {
    made.forEach((one) => one.dispose());
  }
}

function symbolIn(value: symbol): symbol {
  if (Symbol.keyFor(value) === undefined) {
    throw new Error(
      "Cannot convert local symbol to QuickJS handle. Use Symbol.for() for cross-boundary symbols.",
    );
  }
  return value;
}

function into(core: Core, value: object, made: Value[]): Made {
  const kept = (copy: Value): Made => {
    made.push(copy);
    return { copy };
  };
  if (value instanceof JSValueHandle) {
    value.input(core);
    return kept(value.value().clone());
  }
  if (value instanceof Promise) {
    const handle = bridge(core, value);
    const copy = handle.value().clone();
    handle.dispose();
    return kept(copy);
  }
  if (value instanceof Error) {
    return kept(newError(core, value));
  }
  if (value instanceof ArrayBuffer) {
    return { copy: value };
  }
  if (value instanceof Uint8Array) {
    // A part of a buffer crosses without the rest of it.
    return { copy: new Uint8Array(value) };
  }
  if (ArrayBuffer.isView(value)) {
    return { copy: new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer };
  }
  return Array.isArray(value) ? inner(listOf(value)) : inner(recordOf(value));
}

/** Local symbols have no place in the VM: to leave them out in silence would hide a mistake. */
function inner(made: Made): Made {
  const { copy, fill } = made;
  return {
    copy,
    fill: (of) => fill?.((value) => of(typeof value === "symbol" ? symbolIn(value) : value)),
  };
}

/** Makes a promise in the VM that follows one of the embedder. */
function bridge(core: Core, promise: Promise<unknown>): JSValueHandle {
  const deferred = newPromise(core);
  const settle = (result: unknown, isRejected: boolean): void => {
    if (core.isDisposed) {
      return;
    }
    try {
      settleNow(core, deferred, result, isRejected);
      core.drain();
    } catch (error) {
      if (core.isDisposed) {
        return;
      }
      if (isInterrupt(error)) {
        (error as JSException).dispose();
        core.observers.check();
        return;
      }
      // Nobody else can be told: so all who wait for this VM are.
      core.dispose(error);
      return;
    }
    core.observers.check();
  };
  promise.then(
    (value) => settle(value, false),
    (reason: unknown) => settle(reason, true),
  );
  return deferred.handle;
}

function settleNow(core: Core, deferred: ReturnType<typeof newPromise>, result: unknown, isRejected: boolean): void {
  let value: JSValueHandle;
  try {
    value = hostToHandle(core, result);
  } catch (error) {
    // The result has no form in the VM: the script is told.
    const reason = error instanceof JSException ? error.handle : core.wrap(newError(core, asError(error)));
    deferred.reject(reason);
    reason.dispose();
    return;
  }
  if (isRejected) {
    deferred.reject(value);
  } else {
    deferred.resolve(value);
  }
  value.dispose();
}

function asError(error: unknown): Error | string {
  return error instanceof Error ? error : String(error);
}

/** Makes an error in the VM with the name, message and stack of one of the embedder. */
export function newError(core: Core, given: string | Error): Value {
  return core.enter(({ instance }) => {
    const message = typeof given === "string" ? given : given.message;
    const error = instance.objectsCreateError("error", String(message), undefined) as Value;
    if (typeof given !== "string") {
      for (const key of ["name", "stack"] as const) {
        const text = given[key];
        if (typeof text === "string" && text !== "") {
          instance.propertiesDefineProperty(error, key, {
            value: [text],
            writable: true,
            enumerable: false,
            configurable: true,
          } as unknown as PropertyDefinition);
        }
      }
    }
    return error;
  });
}
