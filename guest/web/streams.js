// The Streams Standard by the npm package `web-streams-polyfill`, and the streams of the Encoding
// Standard on top of it.
(native, need) => {
  const { expose } = native;
  const { dictionary } = need("idl");
  const library = need("web-streams-polyfill");
  const { ReadableStream, WritableStream, TransformStream } = library;

  // The package gives its iterators an object of its own to inherit from.
  const { getPrototypeOf, setPrototypeOf } = Object;
  const iterators = getPrototypeOf(new ReadableStream().values());
  setPrototypeOf(iterators, getPrototypeOf(getPrototypeOf(async function* () {}.prototype)));
  delete iterators[Symbol.asyncIterator];

  const pair = (transform) => ({ readable: transform._readable, writable: transform._writable });

  class TextEncoderStream {
    #transform;
    constructor() {
      const { TextEncoder } = need("encoding");
      const encoder = new TextEncoder();
      const { encode } = TextEncoder.prototype;
      // The first half of a pair of surrogates, whose other half is in the next chunk.
      let half = "";
      this.#transform = new TransformStream({
        transform: (chunk, controller) => {
          const split = native.splitPair(half, chunk);
          half = split[1];
          if (split[0] !== "") controller.enqueue(native.apply(encode, encoder, split[0]));
        },
        flush: (controller) => {
          if (half !== "") controller.enqueue(native.apply(encode, encoder, half));
        },
      });
    }
    get encoding() {
      this.#transform;
      return "utf-8";
    }
    get readable() { return this.#transform.readable; }
    get writable() { return this.#transform.writable; }
    static describe(stream) { return pair(stream.#transform); }
  }

  class TextDecoderStream {
    #transform;
    #decoder;
    constructor(label = "utf-8", options = undefined) {
      const { TextDecoder } = need("encoding");
      const { fatal, ignoreBOM } = dictionary(options, "TextDecoderStream");
      const decoder = (this.#decoder = new TextDecoder(label, { fatal, ignoreBOM }));
      const { decode } = TextDecoder.prototype;
      this.#transform = new TransformStream({
        transform: (chunk, controller) => {
          // Left out, the bytes would be none.
          const bytes = chunk === undefined ? null : chunk;
          const text = native.apply(decode, decoder, bytes, { stream: true });
          if (text !== "") controller.enqueue(text);
        },
        flush: (controller) => {
          const text = native.apply(decode, decoder);
          if (text !== "") controller.enqueue(text);
        },
      });
    }
    get encoding() { return this.#decoder.encoding; }
    get fatal() { return this.#decoder.fatal; }
    get ignoreBOM() { return this.#decoder.ignoreBOM; }
    get readable() { return this.#transform.readable; }
    get writable() { return this.#transform.writable; }
    static describe(stream) { return pair(stream.#transform); }
  }
  const describeEncoder = TextEncoderStream.describe;
  const describeDecoder = TextDecoderStream.describe;
  delete TextEncoderStream.describe;
  delete TextDecoderStream.describe;

  // The package keeps the state of a stream in properties, which are of no interest.
  const describes = {
    __proto__: null,
    ReadableStream: (stream) => ({
      locked: stream._reader !== undefined,
      state: stream._state,
      supportsBYOB: "_pendingPullIntos" in stream._readableStreamController,
    }),
    WritableStream: (stream) => ({
      locked: stream._writer !== undefined,
      state: stream._state,
    }),
    TransformStream: (stream) => ({
      readable: stream._readable,
      writable: stream._writable,
      backpressure: stream._backpressure,
    }),
    ByteLengthQueuingStrategy: (strategy) => ({
      highWaterMark: strategy._byteLengthQueuingStrategyHighWaterMark,
    }),
    CountQueuingStrategy: (strategy) => ({
      highWaterMark: strategy._countQueuingStrategyHighWaterMark,
    }),
  };
  const parts = { TextEncoderStream, TextDecoderStream };
  for (const name in library) {
    parts[name] = library[name];
    expose(library[name], { describe: describes[name] ?? (() => ({})) });
  }
  expose(TextEncoderStream, { describe: describeEncoder });
  expose(TextDecoderStream, { describe: describeDecoder });
  return parts;
};
