// `CompressionStream` and `DecompressionStream` (Compression Standard).
//
// Output is made when it is read: a chunk that decompresses to gigabytes takes the memory of one piece.
(native, need) => {
  const { required } = need("idl");
  const { ReadableStream, WritableStream } = need("streams");
  const { expose, text } = native;
  const P = Promise;

  // Both sides of a codec.
  const pair = (codec) => {
    // The chunk in work, how far it was fed, and what its writer waits for.
    let chunk, at = 0, size = 0, written;
    // The reader that waits for output.
    let wanted;
    let reading, writing;
    let isOver = false;

    // The next piece of output; nothing if all input is used.
    const next = () => {
      for (;;) {
        const piece = native.nextOutput(codec);
        if (piece !== undefined || at === size) return piece;
        at = native.feed(codec, chunk, at);
      }
    };
    const release = () => {
      const waiting = wanted;
      wanted = undefined;
      waiting?.();
    };
    const fail = (reason) => {
      if (isOver) return;
      isOver = true;
      chunk = codec = undefined;
      reading.error(reason);
      writing.error(reason);
      written?.reject(reason);
      release();
    };
    // Gives the reader that waits a piece, or has the writer go on.
    const produce = () => {
      let piece;
      try {
        piece = next();
      } catch (error) {
        return fail(error);
      }
      if (piece !== undefined) {
        reading.enqueue(piece);
        return release();
      }
      const { resolve } = written;
      chunk = written = undefined;
      at = size = 0;
      resolve();
    };

    const readable = new ReadableStream({
      start: (controller) => { reading = controller; },
      pull: () => new P((resolve) => {
        wanted = resolve;
        if (written !== undefined) produce();
      }),
      cancel: (reason) => fail(reason),
    }, { highWaterMark: 0 });
    const writable = new WritableStream({
      start: (controller) => { writing = controller; },
      write: (given) => {
        if (!native.isBytes(given)) {
          const error = new TypeError("A chunk is neither an ArrayBuffer nor a view of one");
          fail(error);
          throw error;
        }
        // The writer may change its chunk, which may be read later.
        chunk = native.copy(given);
        size = native.size(chunk);
        at = 0;
        return new P((resolve, reject) => {
          written = { resolve, reject };
          if (wanted !== undefined) produce();
        });
      },
      close: () => {
        try {
          native.endInput(codec);
          for (let piece; (piece = next()) !== undefined; ) reading.enqueue(piece);
        } catch (error) {
          fail(error);
          throw error;
        }
        isOver = true;
        codec = undefined;
        reading.close();
        release();
      },
      abort: (reason) => fail(reason),
    });
    return { readable, writable };
  };

  const formatOf = (name, given, create) => {
    const codec = create(given);
    if (codec === undefined) {
      throw new TypeError(name + ": '" + given + "' is not a format; there are gzip, deflate and deflate-raw");
    }
    return codec;
  };

  class CompressionStream {
    #pair;
    constructor(format) {
      required(arguments.length, 1, "CompressionStream");
      this.#pair = pair(formatOf("CompressionStream", text(format), native.compressor));
    }
    get readable() { return this.#pair.readable; }
    get writable() { return this.#pair.writable; }
    static describe(stream) { return { readable: stream.readable, writable: stream.writable }; }
  }
  const { describe: describeCompression } = CompressionStream;
  delete CompressionStream.describe;

  class DecompressionStream {
    #pair;
    constructor(format) {
      required(arguments.length, 1, "DecompressionStream");
      this.#pair = pair(formatOf("DecompressionStream", text(format), native.decompressor));
    }
    get readable() { return this.#pair.readable; }
    get writable() { return this.#pair.writable; }
    static describe(stream) { return { readable: stream.readable, writable: stream.writable }; }
  }
  const { describe: describeDecompression } = DecompressionStream;
  delete DecompressionStream.describe;

  expose(CompressionStream, { describe: describeCompression });
  expose(DecompressionStream, { describe: describeDecompression });
  return { CompressionStream, DecompressionStream };
};
