/** Bodies that come and go in pieces. */

import type { RequestContext } from "../options.js";
import { MAX_READ_BYTES } from "../protocol.js";
import { lost } from "../requests.js";

/** The innermost cause of an error: the outer ones only say that something failed. */
export function describe(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) {
    inner = inner.cause;
  }
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}

interface Incoming {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Bytes that came, but were not read yet. */
  rest: Uint8Array;
  /** A read that has begun. */
  next: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;
}

const NOTHING = new Uint8Array(0);

/** Bodies that a script reads, by their numbers. */
export class IncomingBodies {
  readonly #bodies = new Map<number, Incoming>();
  // A restored VM may have numbers of another process, which must not be taken for new ones.
  #last = Math.floor(Math.random() * 2 ** 51);

  /** Takes a body: its bytes if all of them come at once, or else its number. */
  async open(stream: ReadableStream<Uint8Array>): Promise<Uint8Array | number> {
    const body: Incoming = { reader: stream.getReader(), rest: NOTHING, next: undefined };
    let first = NOTHING;
    while (first.length < MAX_READ_BYTES) {
      body.next ??= read(body);
      // What is there comes before a timer does. The next read reports a failure.
      const next = body.next.catch(() => undefined);
      const result = await Promise.race([next, new Promise<undefined>((end) => setTimeout(end, 0))]);
      if (result === undefined) {
        break;
      }
      body.next = undefined;
      if (result.done) {
        return first;
      }
      first = joined(first, result.value);
    }
    body.rest = first;
    const id = ++this.#last;
    this.#bodies.set(id, body);
    return id;
  }

  /** The next bytes, or nothing at the end. */
  async read(id: number, context: RequestContext): Promise<Uint8Array | undefined> {
    const body = this.#bodies.get(id);
    // The bytes of a repeated read are lost, and so is a body of another process.
    if (body === undefined || context.repeated) {
      this.cancel(id);
      throw lost(context);
    }
    try {
      while (body.rest.length === 0) {
        const pending = (body.next ??= read(body));
        const { done, value } = await pending;
        body.next = undefined;
        if (done) {
          this.#bodies.delete(id);
          return undefined;
        }
        body.rest = value;
      }
    } catch (error) {
      this.#bodies.delete(id);
      throw new TypeError(`the connection broke: ${describe(error)}`);
    }
    const bytes = body.rest.slice(0, MAX_READ_BYTES);
    body.rest = body.rest.subarray(bytes.length);
    return bytes;
  }

  /** Gives a body up. */
  cancel(id: number): void {
    const body = this.#bodies.get(id);
    this.#bodies.delete(id);
    body?.reader.cancel().catch(() => {});
  }
}

function read(body: Incoming): Promise<ReadableStreamReadResult<Uint8Array>> {
  const next = body.reader.read();
  // The next read reports a failure.
  next.catch(() => {});
  return next;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

interface Outgoing {
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** Lets the next piece come. */
  ready: () => void;
  /** Why nobody takes it any more. */
  gone: Error | undefined;
}

/** Bodies that a script writes, by the numbers that the VM chose. */
export class OutgoingBodies {
  readonly #bodies = new Map<number, Outgoing>();

  /** Opens a body whose pieces follow. */
  open(id: number, signal: AbortSignal): ReadableStream<Uint8Array> {
    let opened: Outgoing | undefined;
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          opened = { controller, ready: () => {}, gone: undefined };
        },
        pull: () => opened!.ready(),
        cancel: (reason) => {
          opened!.gone = new TypeError(`the receiver of the body is gone: ${describe(reason)}`);
          opened!.ready();
        },
      },
      { highWaterMark: 1 },
    );
    this.#bodies.set(id, opened!);
    signal.addEventListener("abort", () => this.#abort(id, signal.reason), { once: true });
    return stream;
  }

  /** Takes a piece. Ends when there is room for the next. */
  async write(id: number, bytes: Uint8Array, context: RequestContext): Promise<void> {
    const body = this.#bodies.get(id);
    // Of a piece that was handed out before it is not known whether it was sent.
    if (body === undefined || context.repeated) {
      this.#abort(id, lost(context));
      throw lost(context);
    }
    if (body.gone !== undefined) {
      this.#bodies.delete(id);
      throw body.gone;
    }
    if (bytes.length > 0) {
      body.controller.enqueue(bytes);
    }
    if ((body.controller.desiredSize ?? 0) <= 0) {
      await new Promise<void>((ready) => {
        body.ready = ready;
      });
    }
  }

  /** Ends a body: completely, or so that its receiver notices that it is not complete. */
  end(id: number, error: string | undefined): void {
    const body = this.#bodies.get(id);
    if (body === undefined || body.gone !== undefined) {
      this.#bodies.delete(id);
      return;
    }
    if (error === undefined) {
      this.#bodies.delete(id);
      body.controller.close();
    } else {
      this.#abort(id, new Error(`the outgoing body ended early: ${error}`));
    }
  }

  #abort(id: number, reason: unknown): void {
    const body = this.#bodies.get(id);
    this.#bodies.delete(id);
    if (body !== undefined && body.gone === undefined) {
      body.gone = new TypeError("the body was ended");
      body.controller.error(reason);
      body.ready();
    }
  }
}
