// Compression by the engine's codecs, which have no dictionaries, and windows of 32 KiB alone.
(tools, internalBinding, require, data) => {
  const { zlib: constants } = data.constants;
  const { DEFLATE, DEFLATERAW, INFLATE, INFLATERAW, GZIP, GUNZIP, UNZIP, Z_NO_FLUSH, Z_FULL_FLUSH, Z_FINISH, Z_DATA_ERROR, Z_BUF_ERROR } = constants;
  const compressed = { [DEFLATE]: "deflate", [DEFLATERAW]: "deflate-raw", [GZIP]: "gzip" };
  const decompressed = { [INFLATE]: "deflate", [INFLATERAW]: "deflate-raw", [GUNZIP]: "gzip" };
  const { setImmediate } = tools.engineTimers;

  class Zlib {
    #mode;
    #codec;
    #level;
    #strategy;
    // The flush of the last step: with no input since, the same one writes nothing more.
    #flushed = Z_NO_FLUSH;
    #queue = [];
    #isEnded = false;
    #isDone = false;
    #isClosed = false;
    constructor(mode) { this.#mode = mode; }
    init(windowBits, level, memLevel, strategy, state, callback, dictionary) {
      if (dictionary !== undefined) {
        const error = new Error("zlib: dictionaries cannot be used here");
        error.code = "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM";
        throw error;
      }
      this.state = state;
      this.callback = callback;
      this.#level = level;
      this.#strategy = strategy;
      this.#open();
    }
    #open() {
      const format = compressed[this.#mode];
      this.#flushed = Z_NO_FLUSH;
      this.#codec = format ? tools.compressor(format, this.#level, this.#strategy) : tools.decompressor(decompressed[this.#mode], true);
      this.#queue = [];
      this.#isEnded = this.#isDone = false;
    }
    params(level, strategy) {
      this.#level = level;
      this.#strategy = strategy;
      tools.setEffort(this.#codec, level, strategy);
    }
    reset() { this.#open(); }
    close() {
      this.#isClosed = true;
      this.#codec = undefined;
      this.#queue = [];
    }
    getAsyncId() { return 0; }
    // Takes what the codec has, until there is enough.
    #drain(wanted) {
      for (let have = this.#queue.reduce((sum, { length }) => sum + length, 0); have < wanted; ) {
        const next = tools.nextOutput(this.#codec);
        if (next === undefined) return true;
        this.#queue.push(next);
        have += next.length;
      }
      return false;
    }
    #step(flush, input, inOffset, inLength, out, outOffset, outLength) {
      let at = inOffset;
      const end = inOffset + inLength;
      if (this.#mode === UNZIP && inLength > 0) {
        this.#mode = input[at] === 0x1f ? GUNZIP : INFLATE;
        this.#open();
      } else if (this.#mode === UNZIP) {
        this.state[0] = outLength;
        this.state[1] = 0;
        return;
      }
      let isDrained = this.#isDone || this.#drain(outLength);
      while (isDrained && at < end && !this.#isDone) {
        at += tools.feed(this.#codec, new Uint8Array(input.buffer, input.byteOffset + at, end - at), 0);
        try {
          isDrained = this.#drain(outLength);
        } catch (error) {
          // What follows the end is not data of this stream.
          if (!/trailing/.test(error.message)) throw error;
          this.#isDone = true;
        }
      }
      // The caller gives it again.
      at -= tools.takeUnused(this.#codec);
      const isNew = inLength > 0 || flush > this.#flushed;
      if (isDrained && at === end && isNew && flush !== Z_NO_FLUSH && flush !== Z_FINISH) {
        tools.flushOutput(this.#codec, flush === Z_FULL_FLUSH);
        this.#drain(outLength);
      }
      this.#flushed = flush;
      if (isDrained && at === end && flush === Z_FINISH && !this.#isDone) {
        if (!this.#isEnded) tools.endInput(this.#codec);
        this.#isEnded = true;
        isDrained = this.#drain(outLength);
        this.#isDone = isDrained;
      }
      let written = 0;
      while (written < outLength && this.#queue.length > 0) {
        const first = this.#queue[0];
        const part = first.subarray(0, outLength - written);
        out.set(part, outOffset + written);
        written += part.length;
        if (part.length === first.length) this.#queue.shift();
        else this.#queue[0] = first.subarray(part.length);
      }
      this.state[0] = outLength - written;
      this.state[1] = end - at;
    }
    writeSync(flush, input, inOffset, inLength, out, outOffset, outLength) {
      try {
        this.#step(flush, input ?? new Uint8Array(0), inOffset, inLength, out, outOffset, outLength);
      } catch (error) {
        this.#fail(error);
      }
    }
    write(flush, input, inOffset, inLength, out, outOffset, outLength) {
      const context = tools.getContext();
      setImmediate(() => {
        if (this.#isClosed) return;
        const outer = tools.getContext();
        tools.setContext(context);
        try {
          this.#step(flush, input ?? new Uint8Array(0), inOffset, inLength, out, outOffset, outLength);
        } catch (error) {
          this.#fail(error);
          return;
        } finally {
          tools.setContext(outer);
        }
        this.callback();
      });
    }
    #fail(error) {
      if (/truncated/.test(error.message)) this.onerror("unexpected end of file", Z_BUF_ERROR, "Z_BUF_ERROR");
      else if (/not valid/.test(error.message)) this.onerror(this.#mode === GUNZIP || this.#mode === INFLATE ? "incorrect header check" : "invalid stored block lengths", Z_DATA_ERROR, "Z_DATA_ERROR");
      else throw error;
    }
  }
  const missing = (name) => class {
    constructor() {
      const error = new Error(`zlib: ${name} cannot be used here: the engine has gzip and deflate`);
      error.code = "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM";
      throw error;
    }
  };
  let table;
  return {
    Zlib,
    BrotliEncoder: missing("Brotli"), BrotliDecoder: missing("Brotli"), ZstdCompress: missing("Zstd"), ZstdDecompress: missing("Zstd"),
    crc32(data, value = 0) {
      table ??= Int32Array.from({ length: 256 }, (_, index) => {
        for (let bit = 0; bit < 8; bit++) index = index & 1 ? 0xedb88320 ^ (index >>> 1) : index >>> 1;
        return index;
      });
      const bytes = typeof data === "string" ? new Uint8Array(tools.encode("utf8", data)) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      let crc = ~value;
      for (let index = 0; index < bytes.length; index++) crc = table[(crc ^ bytes[index]) & 255] ^ (crc >>> 8);
      return ~crc >>> 0;
    },
  };
};
