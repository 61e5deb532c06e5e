/** What scripts throw, as errors of the embedder. */

import type { JSValueHandle } from "./handle.js";

/** The texts of a thrown value. */
export interface ExceptionTexts {
  name: string;
  message: string;
  stack: string | undefined;
}

/**
 * What a script threw. `handle` is the thrown value, and stays valid until it is disposed of, or the VM is.
 * The texts are copies from the moment of the throw.
 */
export class JSException extends Error {
  /** The thrown value. */
  readonly handle: JSValueHandle;

  /** @internal */
  constructor(handle: JSValueHandle, texts: ExceptionTexts) {
    super(texts.message);
    this.handle = handle;
    hide(this, "name", texts.name);
    hide(this, "stack", texts.stack);
  }

  /** Gives the handle up. */
  dispose(): void {
    this.handle.dispose();
  }
}

/** `using error = …` gives its handle up. */
export interface JSException {
  [Symbol.dispose](): void;
}

const disposeSymbol: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
if (disposeSymbol !== undefined) {
  Object.defineProperty(JSException.prototype, disposeSymbol, { value: JSException.prototype.dispose });
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}

/** The exceptions with which a script was stopped. */
const interrupts = new WeakSet<JSException>();

/** Notes that an exception stopped a script. */
export function markInterrupt(exception: JSException): JSException {
  interrupts.add(exception);
  return exception;
}

/** Whether an exception stopped a script. */
export function isInterrupt(error: unknown): boolean {
  return error instanceof JSException && interrupts.has(error);
}
