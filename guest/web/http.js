// HTTP by requests of the VM, for those who give it to scripts: `docs/reference/http-protocol.md` has the protocol.
//
// `requests` are the functions that make these requests, by the end of their names.
(native, need) => {
  const bodies = need("body");
  const requestOf = need("request").internals;
  const responseOf = need("response").internals;
  const { apply, exception, expose, text } = native;
  const { P, ignore, settled } = bodies;
  const { describe } = bodies.helpers;

  // ------------------------------------------------------------------ incoming bodies

  // Who forgets a body without having read it keeps a connection busy. (To take back a registration
  // needs a token, which the engine keeps alive.)
  const Registry = typeof FinalizationRegistry === "function" ? FinalizationRegistry : undefined;
  let registry;
  const watch = (source, state) => {
    if (Registry === undefined) return;
    registry ??= new Registry((forgotten) => {
      if (!forgotten.ended) ignore(forgotten.requests.cancel(forgotten.id));
    });
    registry.register(source, state);
  };

  // The source of a body that comes over the network.
  const arriving = (requests, id) => {
    const state = { __proto__: null, requests, id, ended: false, failure: undefined, waiting: undefined };
    // Whoever waits for bytes.
    const waiter = () => {
      const { waiting } = state;
      state.waiting = undefined;
      return waiting;
    };
    const give = () => {
      state.ended = true;
      ignore(requests.cancel(id));
    };
    const source = {
      __proto__: null,
      read: () => new P((resolve, reject) => {
        if (state.failure !== undefined) return reject(state.failure.reason);
        if (state.ended) return resolve(undefined);
        // It keeps the body alive until the bytes are there.
        state.waiting = { resolve, reject, source };
        settled(
          requests.read(id),
          (bytes) => {
            if (bytes === undefined) state.ended = true;
            waiter()?.resolve(bytes);
          },
          (reason) => {
            if (state.waiting === undefined) return;
            state.failure = { reason };
            state.ended = true;
            waiter().reject(reason);
          },
        );
      }),
      cancel: () => {
        if (state.ended) return;
        give();
        waiter()?.resolve(undefined);
      },
      fail: (reason) => {
        if (state.ended) return;
        state.failure = { reason };
        give();
        waiter()?.reject(reason);
      },
    };
    watch(source, state);
    return source;
  };

  // What a driver gives as a body: nothing, bytes, or the number of what arrives.
  const received = (requests, body) => {
    if (body === undefined || body === null) return null;
    return typeof body === "object" ? bodies.whole(body) : bodies.make({ source: arriving(requests, body) });
  };

  const list = (pairs) => {
    const all = { __proto__: null, length: 0 };
    for (let i = 0; i < pairs.length; i++) all[all.length++] = pairs[i];
    return all;
  };

  // ------------------------------------------------------------------ outgoing bodies

  let last = 0;
  const outgoing = () => ++last;

  // Sends what a source has, piece by piece: the next is asked for when the last was taken. Returns
  // why the source failed, which the driver was told. It throws if nobody takes it any more. Once
  // `isOver`, the driver knows of the end.
  const pump = async (requests, id, source, isOver = () => false) => {
    for (;;) {
      let bytes;
      try {
        bytes = await source.read();
      } catch (reason) {
        if (!isOver()) await requests.end(id, describe(reason));
        return { reason };
      }
      if (isOver()) return undefined;
      if (bytes === undefined) break;
      await requests.write(id, bytes);
    }
    await requests.end(id, undefined);
    return undefined;
  };

  // ------------------------------------------------------------------ served requests

  const request = (requests, { method, url, headers, body }) =>
    requestOf.received(method, url, headers, received(requests, body));

  // The headers of a response whose body was decoded when it was fetched: they describe another body.
  const withoutCoding = (pairs) => {
    const kept = { __proto__: null, length: 0 };
    for (let i = 0; i < pairs.length; i++) {
      const name = pairs[i][0];
      if (name !== "content-encoding" && name !== "content-length") kept[kept.length++] = pairs[i];
    }
    return native.array(kept);
  };

  // What is sent of a response: its head, and its bytes or the source of them.
  const response = (value, who) => {
    if (!responseOf.isResponse(value)) {
      throw new TypeError(who + " must return a Response or a promise of one, and returned " + describe(value));
    }
    const head = responseOf.headOf(value);
    if (head.status === 0) throw new TypeError(who + " returned Response.error(), which cannot be sent");
    const body = responseOf.bodyOf(value);
    if (body === null) return { head, source: undefined };
    if (bodies.isUnusable(body)) throw new TypeError("The body of the response was read already, or is locked");
    if (body.decoded) head.headers = withoutCoding(head.headers);
    const { bytes, source } = bodies.take(body);
    head.body = bytes;
    return { head, source };
  };

  // Has the engine run a job; where scripts have no such function, by way of a promise.
  const later = globalThis.queueMicrotask ?? ((job) => { settled(P.resolve(), job); });

  return {
    request,
    response,
    received,
    list,
    outgoing,
    pump,
    later,
    ignore,
    settled,
    abort: requestOf.abort,
    isRequest: requestOf.isRequest,
    methodOf: requestOf.methodOf,
    isResponse: responseOf.isResponse,
    fetch: (requests) => need("fetch")(requests),
    get Event() { return need("events").Event; },
    apply,
    describe,
    exception,
    expose,
    text,
  };
};
