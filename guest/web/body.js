// Bodies of requests and responses (Fetch).
//
// A body is a record with
//   bytes   all of it, if it is there
//   shared  whether others have the same bytes
//   source  where it comes from otherwise: `read()` promises the next bytes or nothing, and
//           `cancel(reason)` gives up the rest
//   stream  the stream that scripts see, once they asked for it
//   taken   whether it was read
//   decoded whether a content coding was removed, which headers may still name
// As long as no script has read from the stream, bytes and source are used without it: then a body
// that is only handed on costs no stream at all.
(native, need) => {
  const { hidden } = need("idl");
  const { apply } = native;
  const { parse } = JSON;
  const P = Promise;
  const { then } = Promise.prototype;
  // Bytes of one chunk of a stream.
  const CHUNK = 65536;
  const EMPTY = native.encode("");

  const used = () => new TypeError("Body is unusable: it was read already");
  const settled = (promise, fulfilled, rejected) => apply(then, promise, fulfilled, rejected);
  // Whose outcome nobody waits for.
  const ignore = (promise) => settled(promise, undefined, () => {});

  const make = ({ bytes, source, stream, shared = false, decoded = false }) =>
    ({ __proto__: null, bytes, shared, source, stream, taken: false, decoded });
  const whole = (bytes) =>
    ({ __proto__: null, bytes, shared: false, source: undefined, stream: undefined, taken: false, decoded: false });

  // ------------------------------------------------------------------ streams

  let library;
  const streams = () => {
    if (library !== undefined) return library;
    const { ReadableStream, ReadableStreamDefaultReader: Reader } = need("streams");
    const { getReader, tee } = ReadableStream.prototype;
    const { read, cancel } = Reader.prototype;
    return (library = { ReadableStream, getReader, tee, read, cancel });
  };
  const isStream = (value) => {
    const part = need("streams", true);
    return part !== undefined && typeof value === "object" && value !== null &&
      "_readableStreamController" in value && value instanceof part.ReadableStream;
  };
  const isTouched = (stream) => stream._disturbed || stream._reader !== undefined;

  // What a stream of a script has, piece by piece.
  const reading = (stream) => {
    const { getReader, read, cancel } = streams();
    const reader = apply(getReader, stream);
    const source = {
      __proto__: null,
      read: async () => {
        for (;;) {
          const { done, value } = await apply(read, reader);
          if (done) return undefined;
          if (!native.isUint8Array(value)) {
            const error = new TypeError("The stream of a body had a chunk that is not a Uint8Array");
            source.cancel(error);
            throw error;
          }
          if (native.size(value) > 0) return value;
        }
      },
      cancel: (reason) => ignore(apply(cancel, reader, reason)),
    };
    return source;
  };

  // What a source has, in buffers that nobody else has.
  const copying = (source) => ({
    __proto__: null,
    read: async () => {
      const bytes = await source.read();
      return bytes === undefined ? undefined : native.view(native.copy(bytes));
    },
    cancel: (reason) => source.cancel(reason),
  });

  const ofBytes = (bytes) => {
    const size = native.size(bytes);
    let at = 0;
    return {
      __proto__: null,
      read: async () => {
        if (at >= size) return undefined;
        const start = at;
        at = start + CHUNK < size ? start + CHUNK : size;
        return native.part(bytes, start, at);
      },
      cancel: () => { at = size; },
    };
  };

  // The bodies behind the streams that were made here: a stream that is handed to another response
  // is not needed, either.
  const behind = new WeakMap();
  const { get: recall, set: keep } = WeakMap.prototype;

  const streamOf = (body) => {
    if (body.stream !== undefined) return body.stream;
    const { ReadableStream, getReader } = streams();
    const source = body.source ?? (body.bytes === undefined ? undefined : ofBytes(body.bytes));
    const stream = new ReadableStream({
      type: "bytes",
      pull: async (controller) => {
        const bytes = source === undefined || body.taken ? undefined : await source.read();
        if (bytes !== undefined) return controller.enqueue(bytes);
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel: (reason) => source?.cancel(reason),
    }, { highWaterMark: 0 });
    body.stream = stream;
    if (body.taken) lock(stream, getReader);
    else apply(keep, behind, stream, body);
    return stream;
  };
  const lock = (stream, getReader) => {
    apply(getReader, stream);
    stream._disturbed = true;
  };

  // ------------------------------------------------------------------ reading

  const isUsed = (body) => body.taken || (body.stream !== undefined && !!body.stream._disturbed);
  const isUnusable = (body) => body.taken || (body.stream !== undefined && isTouched(body.stream));

  // Takes a body, which must be usable: bytes or a source.
  const take = (body) => {
    const { bytes, shared, stream } = body;
    let { source } = body;
    if (bytes === undefined && source === undefined) source = reading(stream);
    else if (stream !== undefined) lock(stream, streams().getReader);
    body.taken = true;
    body.bytes = body.source = undefined;
    return { __proto__: null, bytes, shared, source };
  };

  // All bytes of a source.
  const collect = async (source) => {
    const parts = { __proto__: null, length: 0 };
    for (let bytes; (bytes = await source.read()) !== undefined; ) parts[parts.length++] = bytes;
    return native.view(native.join(parts));
  };

  // Two bodies in place of one; nothing twice in place of nothing.
  const clone = (body) => {
    if (body === null) return [null, null];
    if (isUnusable(body)) throw used();
    const { bytes, source, decoded } = body;
    if (bytes !== undefined && source === undefined) {
      body.shared = true;
      return [body, make({ bytes, shared: true, decoded })];
    }
    const pair = apply(streams().tee, streamOf(body));
    const one = make({ stream: pair[0], decoded });
    if (decoded) apply(keep, behind, pair[0], one);
    return [one, make({ source: copying(reading(pair[1])), decoded })];
  };

  // A body that goes on with what another has, which cannot be used any more.
  const moved = (body) => make(take(body));

  // ------------------------------------------------------------------ what bodies are made of

  // A body, and its type if no header says so.
  const extract = (value) => {
    if (typeof value === "object" || typeof value === "function") {
      if (native.isBytes(value)) return { body: whole(native.view(native.copy(value))) };
      const blob = need("blob", true)?.internals;
      if (blob?.isBlob(value)) {
        const { type } = blob.describe(value);
        return { body: make({ bytes: blob.view(value), shared: true }), type: type || undefined };
      }
      const form = need("form-data", true)?.internals;
      if (form?.isForm(value)) {
        const written = form.write(value);
        return {
          body: whole(written[1]),
          type: "multipart/form-data; boundary=" + written[0],
        };
      }
      const url = need("url", true)?.internals;
      if (url?.isParams(value)) {
        return {
          body: whole(native.encode(url.write(value))),
          type: "application/x-www-form-urlencoded;charset=UTF-8",
        };
      }
      if (isStream(value)) {
        if (isTouched(value)) throw new TypeError("The stream of a body is locked or was read already");
        const known = apply(recall, behind, value);
        return { body: known ?? make({ stream: value }) };
      }
    }
    return { body: whole(native.encode(value)), type: "text/plain;charset=UTF-8" };
  };

  // ------------------------------------------------------------------ the mixin

  const decode = (bytes) => native.decode(bytes);

  // Gives a class what has a body. `bodyOf(object)` is its body or null, `typeOf(object)` its media
  // type or null.
  const mixin = (Class, bodyOf, typeOf) => {
    const consume = async (object, convert) => {
      const body = bodyOf(object);
      if (body === null) return convert(EMPTY, true, object);
      if (isUnusable(body)) throw used();
      const { bytes, shared, source } = take(body);
      return source === undefined
        ? convert(bytes, shared, object)
        : convert(await collect(source), false, object);
    };
    const toBuffer = (bytes, shared) => (shared ? native.copy(bytes) : native.owned(bytes));
    const toBytes = (bytes, shared) => native.view(toBuffer(bytes, shared));
    const toBlob = (bytes, shared, object) =>
      need("blob").internals.of(toBuffer(bytes, shared), native.mediaType(typeOf(object) ?? ""));
    const toForm = (bytes, shared, object) => need("form-data").internals.read(typeOf(object) ?? "", bytes);
    const members = {
      get body() {
        const body = bodyOf(this);
        return body === null ? null : streamOf(body);
      },
      get bodyUsed() {
        const body = bodyOf(this);
        return body !== null && isUsed(body);
      },
      arrayBuffer() { return consume(this, toBuffer); },
      blob() { return consume(this, toBlob); },
      bytes() { return consume(this, toBytes); },
      formData() { return consume(this, toForm); },
      json() { return consume(this, (bytes) => parse(decode(bytes))); },
      text() { return consume(this, decode); },
    };
    const { prototype } = Class;
    const accessors = ["body", "bodyUsed"];
    for (let i = 0; i < 2; i++) {
      const { get } = Object.getOwnPropertyDescriptor(members, accessors[i]);
      const property = { __proto__: null, get, enumerable: true, configurable: true };
      Object.defineProperty(prototype, accessors[i], property);
    }
    hidden(prototype, "arrayBuffer", members.arrayBuffer);
    hidden(prototype, "blob", members.blob);
    hidden(prototype, "bytes", members.bytes);
    hidden(prototype, "formData", members.formData);
    hidden(prototype, "json", members.json);
    hidden(prototype, "text", members.text);
  };

  // What the console shows of a body, which needs no stream for it.
  class ReadableStream {
    locked = false;
    state = "readable";
    supportsBYOB = true;
  }
  const shown = (body) => {
    if (body === null) return null;
    if (body.stream !== undefined) return body.stream;
    const stream = new ReadableStream();
    if (body.taken) {
      stream.locked = true;
      stream.state = "closed";
    }
    return stream;
  };

  return {
    P, apply, clone, collect, extract, ignore, isUnusable, isUsed, make, mixin, moved, ofBytes, settled, shown, take,
    used, whole,
    // The parts that have bodies share their helpers.
    helpers: native,
  };
};
