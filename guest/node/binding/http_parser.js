// The parser of HTTP/1.1, which takes what llhttp takes when it is strict. The engine parses heads
// (`guest/src/node/http.rs`); which bytes are a body is decided here, once, and what others may decide
// differently is refused.
(tools, internalBinding, require, data) => {
  const { performance } = globalThis;
  const REQUEST = 1, RESPONSE = 2;
  const kOnMessageBegin = 0, kOnHeaders = 1, kOnHeadersComplete = 2, kOnBody = 3, kOnMessageComplete = 4;
  const MAX_HEADER_SIZE = 16 * 1024;
  const MAX_EXTENSIONS = 16 * 1024;
  const HEAD = 0, BODY = 1, BODY_TO_END = 2, CHUNK_SIZE = 3, CHUNK = 4, CHUNK_END = 5, TRAILERS = 6, CLOSED = 7, UPGRADED = 8;
  const LF = 10, CR = 13;
  const methods = data.httpMethods;
  const numbers = new Map(methods.map((method, index) => [method, index]));

  // The errors of llhttp for those of the engine.
  const ERRORS = {
    __proto__: null,
    headerName: ["HPE_INVALID_HEADER_TOKEN", "Invalid header token"],
    headerValue: ["HPE_INVALID_HEADER_TOKEN", "Invalid header value char"],
    newLine: ["HPE_CR_EXPECTED", "Missing expected CR after header value"],
    status: ["HPE_INVALID_STATUS", "Invalid status code"],
    token: ["HPE_INVALID_URL", "Invalid characters in url"],
    tooManyHeaders: ["HPE_HEADER_OVERFLOW", "Header overflow"],
    version: ["HPE_INVALID_VERSION", "Invalid HTTP version"],
  };
  class ParseError extends Error {
    constructor([code, reason]) {
      super("Parse Error");
      Object.defineProperty(this, "name", { __proto__: null, value: "Error", configurable: true, writable: true });
      this.code = code;
      this.reason = reason;
      this.bytesParsed = 0;
    }
    get ["constructor"]() { return Error; }
  }
  const fail = (code, reason) => { throw new ParseError([code, reason]); };
  const latin1 = (bytes, start, end) => tools.decode("latin1", bytes, start, end);
  const tokensOf = (value) => value.toLowerCase().split(",").map((token) => token.trim()).filter((token) => token !== "");
  const join = (first, second) => {
    const both = new Uint8Array(first.length + second.length);
    both.set(first);
    both.set(second, first.length);
    return both;
  };

  class HTTPParser {
    static REQUEST = REQUEST;
    static RESPONSE = RESPONSE;
    static kOnMessageBegin = kOnMessageBegin;
    static kOnHeaders = kOnHeaders;
    static kOnHeadersComplete = kOnHeadersComplete;
    static kOnBody = kOnBody;
    static kOnMessageComplete = kOnMessageComplete;
    static kOnExecute = 5;
    static kOnTimeout = 6;
    static kLenientNone = 0;
    static kLenientHeaders = 1;
    static kLenientChunkedLength = 2;
    static kLenientKeepAlive = 4;
    static kLenientTransferEncoding = 8;
    static kLenientVersion = 16;
    static kLenientDataAfterClose = 32;
    static kLenientOptionalLFAfterCR = 64;
    static kLenientOptionalCRLFAfterChunk = 128;
    static kLenientOptionalCRBeforeLF = 256;
    static kLenientSpacesAfterChunkSize = 512;
    static kLenientHeaderValueRelaxed = 1024;
    static kLenientAll = 2047;

    #type = REQUEST;
    #maxHeaderSize = MAX_HEADER_SIZE;
    #list;
    #state = HEAD;
    // The beginning of a head, of the line of a chunk, or of trailers.
    #kept;
    #remaining = 0;
    #extensions = 0;
    #keepAlive = true;
    #current = new Uint8Array(0);
    // For the list of connections, in milliseconds: 0 between messages.
    started = 0;
    hasHead = false;

    initialize(type, _resource, maxHeaderSize, _lenient, list) {
      this.#type = type;
      this.#maxHeaderSize = maxHeaderSize || MAX_HEADER_SIZE;
      this.#state = HEAD;
      this.#kept = undefined;
      this.#keepAlive = true;
      this.#list = list ?? undefined;
      // A connection that sends nothing is waiting for the head of its first message.
      this.started = list ? performance.now() : 0;
      this.hasHead = false;
      this.#list?.add(this);
    }
    consume() {}
    unconsume() {}
    pause() {}
    resume() {}
    remove() { this.#list?.delete(this); }
    free() { this.#list = undefined; }
    close() { this.free(); }
    getCurrentBuffer() { return this.#current; }
    duration() { return this.started === 0 ? 0 : performance.now() - this.started; }
    headersCompleted() { return this.hasHead; }

    // Returns how many bytes were read, or an error.
    execute(bytes) {
      this.#current = bytes;
      let at = 0;
      try {
        while (at < bytes.length && this.#state !== UPGRADED) at = this.#step(bytes, at);
        return at;
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
        this.#state = CLOSED;
        error.bytesParsed = at;
        return error;
      }
    }

    // The other side has ended.
    finish() {
      if (this.#state === BODY_TO_END) {
        this.#complete();
        return undefined;
      }
      if (this.#state === CLOSED || this.#state === UPGRADED || (this.#state === HEAD && this.#kept === undefined)) return undefined;
      this.#state = CLOSED;
      return new ParseError(["HPE_INVALID_EOF_STATE", "Invalid EOF state"]);
    }

    #step(bytes, at) {
      switch (this.#state) {
        case HEAD: return this.#head(bytes, at);
        case BODY:
        case CHUNK: {
          const end = Math.min(bytes.length, at + this.#remaining);
          this.#remaining -= end - at;
          this[kOnBody](bytes.subarray(at, end));
          if (this.#remaining === 0) {
            if (this.#state === BODY) this.#complete();
            else this.#state = CHUNK_END;
          }
          return end;
        }
        case BODY_TO_END:
          this[kOnBody](at === 0 ? bytes : bytes.subarray(at));
          return bytes.length;
        case CHUNK_SIZE: return this.#chunkSize(bytes, at);
        case CHUNK_END: return this.#chunkEnd(bytes, at);
        case TRAILERS: return this.#trailers(bytes, at);
        default: return fail("HPE_CLOSED_CONNECTION", "Data after `Connection: close`");
      }
    }

    // Reads a head or trailers, of which the rest may be missing: then all is kept.
    #parse(bytes, at, kind) {
      const part = at === 0 ? bytes : bytes.subarray(at);
      const before = this.#kept?.length ?? 0;
      const whole = before === 0 ? part : join(this.#kept, part);
      // What ends no line says nothing new.
      const parts = before === 0 || part.includes(LF) ? tools.parseHttpHead(whole, kind) : undefined;
      if (typeof parts === "string") this.#refuse(parts, whole);
      if (parts === undefined) {
        // Ends of lines and colons do not count.
        if (whole.length > this.#maxHeaderSize + 4 * this.#lines(whole)) fail("HPE_HEADER_OVERFLOW", "Header overflow");
        this.#kept = before === 0 ? Uint8Array.from(part) : whole;
        return undefined;
      }
      this.#kept = undefined;
      let size = typeof parts[3] === "string" ? parts[3].length : 0;
      for (let index = 4; index < parts.length; index++) size += parts[index].length;
      if (size > this.#maxHeaderSize) fail("HPE_HEADER_OVERFLOW", "Header overflow");
      return { parts, end: at + parts[0] - before };
    }
    #lines(bytes) {
      let count = 1;
      for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++;
      return count;
    }
    #refuse(name, bytes) {
      const line = /^(?:\r\n)*([^ \r\n]*)( ?)/.exec(latin1(bytes, 0, Math.min(bytes.length, 64)));
      if (this.#type === REQUEST && this.#state === HEAD && (name === "token" || name === "version")) {
        if (!numbers.has(line[1])) fail("HPE_INVALID_METHOD", "Invalid method encountered");
      }
      if (this.#type === RESPONSE && name === "version" && !line[1].startsWith("HTTP/")) fail("HPE_INVALID_CONSTANT", "Expected HTTP/, RTSP/ or ICE/");
      throw new ParseError(ERRORS[name]);
    }

    #head(bytes, at) {
      if (this.#kept === undefined) {
        // Empty lines between messages.
        if (bytes[at] === CR || bytes[at] === LF) {
          while (at < bytes.length && (bytes[at] === CR || bytes[at] === LF)) at++;
          return at;
        }
        this.started = this.#list === undefined ? 0 : performance.now();
        this.hasHead = false;
        this[kOnMessageBegin]?.();
      }
      const read = this.#parse(bytes, at, this.#type === REQUEST ? 0 : 1);
      if (read === undefined) return bytes.length;
      this.hasHead = true;
      this.#begin(read.parts);
      return read.end;
    }

    // Decides what follows a head.
    #begin({ 1: minor, 2: first, 3: second, ...rest }) {
      const headers = [];
      let length, codings = "", connection = "", hasUpgrade = false;
      for (let index = 4; rest[index] !== undefined; index += 2) {
        const name = rest[index];
        const value = rest[index + 1];
        headers.push(name, value);
        switch (name.length) {
          case 7:
            if (name.toLowerCase() === "upgrade") hasUpgrade = true;
            break;
          case 10:
            if (name.toLowerCase() === "connection") connection += `,${value}`;
            break;
          case 14:
            if (name.toLowerCase() === "content-length") {
              if (length !== undefined) fail("HPE_UNEXPECTED_CONTENT_LENGTH", "Content-Length already present");
              if (!/^\d+$/.test(value)) fail("HPE_INVALID_CONTENT_LENGTH", "Invalid character in Content-Length");
              length = Number(value);
              if (!Number.isSafeInteger(length)) fail("HPE_INVALID_CONTENT_LENGTH", "Content-Length overflow");
            }
            break;
          case 17:
            if (name.toLowerCase() === "transfer-encoding") codings += `,${value}`;
        }
      }
      const isRequest = this.#type === REQUEST;
      const method = isRequest ? numbers.get(first) : undefined;
      if (isRequest && method === undefined) fail("HPE_INVALID_METHOD", "Invalid method encountered");
      const options = connection === "" ? [] : tokensOf(connection);
      const coded = codings === "" ? [] : tokensOf(codings);
      if (codings !== "" && length !== undefined) {
        fail("HPE_INVALID_TRANSFER_ENCODING", "Transfer-Encoding can't be present with Content-Length");
      }
      const isChunked = coded.indexOf("chunked") === coded.length - 1 && coded.length > 0;
      if (codings !== "" && !isChunked && (isRequest || coded.includes("chunked"))) {
        fail("HPE_INVALID_TRANSFER_ENCODING", "Request has invalid `Transfer-Encoding`");
      }
      const mayUpgrade = (hasUpgrade && options.includes("upgrade") && (isRequest || first === 101)) || (isRequest && first === "CONNECT");
      const hasNoBody = !isRequest && (first < 200 || first === 204 || first === 304);
      const goesToEnd = !isRequest && !hasNoBody && !isChunked && length === undefined;
      this.#keepAlive = !goesToEnd && (minor === 1 ? !options.includes("close") : options.includes("keep-alive"));

      const answer = this[kOnHeadersComplete](1, minor, headers, method, isRequest ? second : undefined,
        isRequest ? undefined : first, isRequest ? undefined : second, mayUpgrade, this.#keepAlive);
      this.#extensions = 0;
      if (answer === 2) {
        this.#state = UPGRADED;
        this.#ended();
      } else if (answer === 1 || hasNoBody || (length === undefined && !isChunked && !goesToEnd) || length === 0) {
        if (answer === 1 && goesToEnd) this.#keepAlive = minor === 1 ? !options.includes("close") : options.includes("keep-alive");
        this.#complete();
      } else if (isChunked) {
        this.#state = CHUNK_SIZE;
      } else if (goesToEnd) {
        this.#state = BODY_TO_END;
      } else {
        this.#remaining = length;
        this.#state = BODY;
      }
    }

    #chunkSize(bytes, at) {
      const end = bytes.indexOf(LF, at);
      const before = this.#kept?.length ?? 0;
      const upTo = end < 0 ? bytes.length : end + 1;
      const part = bytes.subarray(at, upTo);
      const line = before === 0 ? part : join(this.#kept, part);
      const text = latin1(line, 0, line.length);
      const { 1: digits, 2: extension, 3: close } = /^([0-9a-fA-F]*)((?:;[^\r\n]*)?)(\r?\n?)$/.exec(text) ??
        fail("HPE_INVALID_CHUNK_SIZE", "Invalid character in chunk size");
      if (this.#extensions + extension.length > MAX_EXTENSIONS) fail("HPE_CHUNK_EXTENSIONS_OVERFLOW", "Chunk extensions overflow");
      if (digits.length > 13) fail("HPE_INVALID_CHUNK_SIZE", "Chunk size overflow");
      if (end < 0) {
        this.#kept = Uint8Array.from(line);
        return upTo;
      }
      if (close !== "\r\n") fail("HPE_CR_EXPECTED", "Missing expected CR after chunk size");
      if (digits === "") fail("HPE_INVALID_CHUNK_SIZE", "Invalid character in chunk size");
      this.#kept = undefined;
      this.#extensions += extension.length;
      this.#remaining = Number.parseInt(digits, 16);
      this.#state = this.#remaining === 0 ? TRAILERS : CHUNK;
      return upTo;
    }

    #chunkEnd(bytes, at) {
      const wanted = this.#kept === undefined ? CR : LF;
      if (bytes[at] !== wanted) fail("HPE_STRICT", "Expected LF after chunk data");
      if (wanted === CR) {
        this.#kept = new Uint8Array(1);
      } else {
        this.#kept = undefined;
        this.#state = CHUNK_SIZE;
      }
      return at + 1;
    }

    #trailers(bytes, at) {
      const read = this.#parse(bytes, at, 2);
      if (read === undefined) return bytes.length;
      const headers = read.parts.slice(4);
      for (let index = 0; index < headers.length; index += 2) {
        if (/^(?:transfer-encoding|content-length)$/i.test(headers[index])) fail("HPE_INVALID_HEADER_TOKEN", "Invalid header in trailers");
      }
      if (headers.length > 0) this[kOnHeaders](headers, "");
      this.#complete();
      return read.end;
    }

    #complete() {
      this.#state = this.#keepAlive || this.#type === RESPONSE ? HEAD : CLOSED;
      this.#ended();
    }
    #ended() {
      this.started = 0;
      this[kOnMessageComplete]();
    }
  }

  // The parsers of a server's connections.
  class ConnectionsList {
    #all = new Set();
    add(parser) { this.#all.add(parser); }
    delete(parser) { this.#all.delete(parser); }
    all() { return [...this.#all]; }
    idle() { return this.all().filter((parser) => parser.started === 0); }
    active() { return this.all().filter((parser) => parser.started !== 0); }
    expired(headersTimeout, requestTimeout) {
      if (headersTimeout === 0 && requestTimeout === 0) return [];
      const now = performance.now();
      const late = this.active().filter(({ started, hasHead }) => {
        const time = now - started;
        return (headersTimeout > 0 && !hasHead && time > headersTimeout) || (requestTimeout > 0 && time > requestTimeout);
      });
      for (const parser of late) this.#all.delete(parser);
      return late;
    }
  }

  return { methods, allMethods: methods, HTTPParser, ConnectionsList };
};
