// Sockets of TCP over those of the embedder (`internal/jsvm/sockets`).
(tools, internalBinding, require) => {
  const sockets = require("internal/jsvm/sockets");
  const { CONNECTED, DATA, END, ERROR, WRITABLE, ACCEPTED, LOST, HELLO, SECURED, FAILED } = sockets;
  const { kReadBytesOrError, kArrayBufferOffset, kBytesWritten, kLastWriteErr, streamBaseState, WriteWrap } = internalBinding("stream_wrap");
  const { UV_EOF, UV_EBADF, UV_EINVAL, UV_ECANCELED, UV_ECONNRESET, UV_ENOTCONN } = internalBinding("uv");
  const { newAsyncId, symbols: { owner_symbol } } = require("internal/async_hooks");
  const { setImmediate } = require("timers");
  const { Buffer } = require("buffer");
  const SOCKET = 0, SERVER = 1, UV_TCP_IPV6ONLY = 1;
  // A program that serves has events of requests, and its servers of HTTP get them. The name is no text of a
  // `require`, which would take the modules of HTTP along with each socket.
  const ADAPTER = "internal/jsvm/http_adapter";
  const isServing = () => typeof globalThis.addEventListener === "function";
  const isHttp = (server) => typeof server?.requestTimeout === "number";

  const familyOf = (address) => (address.includes(":") ? "IPv6" : "IPv4");
  const describe = (out, address, port) => {
    if (address === undefined) return UV_ENOTCONN;
    out.address = address;
    out.family = familyOf(address);
    out.port = port;
    return 0;
  };
  // Both texts and parts of writes: one piece of bytes.
  const joined = (chunks, areBuffers) => {
    if (areBuffers) return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const parts = [];
    for (let index = 0; index < chunks.length; index += 2) {
      const chunk = chunks[index];
      parts.push(typeof chunk === "string" ? Buffer.from(chunk, chunks[index + 1]) : chunk);
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  };

  class TCP {
    // The embedder's number; 0 if it has none yet.
    token = 0;
    isRef = true;
    context = tools.getContext();
    fd = -1;
    reading = false;
    bytesRead = 0;
    bytesWritten = 0;
    onread = undefined;
    onconnection = undefined;
    #type;
    #asyncId;
    #isClosed = false;
    #isReading = false;
    // What came before the reading was stopped.
    #unread = [];
    #connect;
    #denied;
    // The write that is not done: its request, what is left of it.
    #write;
    #local;
    #peer;
    #backlog = 511;
    #flags = 0;
    #userBuffer;
    // What it is to be bound to, as long as it is not known whether it needs a socket.
    #asked;
    // Ends that it answers requests.
    #unserve;
    // What gets the events if there is TLS.
    #secured;

    constructor(type = SOCKET) { this.#type = type; }
    getAsyncId() { return (this.#asyncId ??= newAsyncId()); }
    getProviderType() { return 0; }
    hasRef() { return this.isRef; }
    ref() { sockets.setRef(this, true); }
    unref() { sockets.setRef(this, false); }
    open() { return UV_EINVAL; }
    get isStreamBase() { return true; }
    secureWith(wrap) { this.#secured = wrap; }

    // Those that the embedder refuses are reported as events, as other failures are.
    #deny(error) {
      const owner = this[owner_symbol];
      process.nextTick(() => {
        if (owner === undefined) throw error;
        if (this.#type === SERVER) {
          this.close();
          owner._handle = null;
          owner.emit("error", error);
        } else {
          owner.destroy(error);
        }
      });
      return 0;
    }

    bind(address, port, flags = 0) {
      if (this.#type === SERVER && isServing() && this[owner_symbol] === undefined) {
        this.#asked = [address, port, flags];
        return 0;
      }
      try {
        const bound = sockets.call("bind", address, port, (flags & UV_TCP_IPV6ONLY) !== 0, this.#type === SERVER);
        if (typeof bound === "number") return bound;
        this.token = bound[0];
        this.#local = [bound[1], bound[2]];
        this.#flags = flags;
      } catch (error) {
        if (this.#type !== SERVER) throw error;
        this.#denied = error;
      }
      return 0;
    }
    bind6(address, port, flags) { return this.bind(address, port, flags); }

    listen(backlog) {
      this.#backlog = backlog;
      if (this.#asked !== undefined) {
        const { 0: address, 1: port, 2: flags } = this.#asked;
        if (isHttp(this[owner_symbol])) {
          this.#local = [address, port];
          this.#unserve = require(ADAPTER)(this[owner_symbol]);
          return 0;
        }
        const status = this.bind(address, port, flags);
        if (status < 0) return status;
      }
      if (this.#denied !== undefined) return this.#deny(this.#denied);
      if (this.#isClosed || this.token === 0) return UV_EBADF;
      const status = sockets.call("listen", this.token, backlog);
      if (status === 0) sockets.add(this);
      return status;
    }

    connect(req, address, port) {
      let started;
      try {
        started = sockets.call("connect", this.token, address, port);
      } catch (error) {
        return this.#deny(error);
      }
      if (typeof started === "number") return started;
      this.token = started[0];
      this.#connect = req;
      sockets.add(this);
      return 0;
    }
    connect6(req, address, port) { return this.connect(req, address, port); }

    adopt({ 0: token, 1: address, 2: port, 3: peerAddress, 4: peerPort }) {
      this.token = token;
      this.#local = [address, port];
      this.#peer = [peerAddress, peerPort];
      sockets.add(this);
      return this;
    }

    readStart() {
      if (this.#isClosed) return UV_EBADF;
      if (this.#isReading) return 0;
      this.#isReading = true;
      if (this.#unread.length > 0) process.nextTick(() => this.#flush());
      else sockets.call("read", this.token, true);
      return 0;
    }
    readStop() {
      if (this.#isClosed || !this.#isReading) return 0;
      this.#isReading = false;
      sockets.call("read", this.token, false);
      return 0;
    }
    #flush() {
      while (this.#isReading && !this.#isClosed && this.#unread.length > 0) {
        const { 0: status, 1: bytes } = this.#unread.shift();
        this.#emitRead(status, bytes);
      }
      if (this.#isReading && !this.#isClosed) sockets.call("read", this.token, true);
    }
    #read(status, bytes) {
      if (this.#isReading && this.#unread.length === 0) this.#emitRead(status, bytes);
      else this.#unread.push([status, bytes]);
    }
    #emitRead(status, bytes) {
      if (status > 0) this.bytesRead += status;
      if (status > 0 && this.#userBuffer !== undefined) {
        for (let at = 0; at < status && !this.#isClosed;) {
          const part = bytes.subarray(at, at + this.#userBuffer.length);
          this.#userBuffer.set(part);
          at += part.length;
          streamBaseState[kReadBytesOrError] = part.length;
          const next = (this.#secured ?? this).onread(undefined);
          if (next !== undefined) this.#userBuffer = next;
        }
        return;
      }
      streamBaseState[kReadBytesOrError] = status;
      streamBaseState[kArrayBufferOffset] = bytes?.byteOffset ?? 0;
      (this.#secured ?? this).onread(bytes?.buffer);
    }
    useUserBuffer(buffer) { this.#userBuffer = buffer; }

    // Returns 0 or an error if it is done, otherwise a request.
    writeBuffer(_, bytes) {
      streamBaseState[kBytesWritten] = bytes.length;
      streamBaseState[kLastWriteErr] = 0;
      if (this.#isClosed) return UV_EBADF;
      const written = sockets.call("write", this.token, bytes);
      if (written < 0) return written;
      this.bytesWritten += bytes.length;
      if (written === bytes.length) return 0;
      const req = new WriteWrap();
      this.#write = { req, rest: bytes.subarray(written) };
      return req;
    }
    writev(_, chunks, areBuffers) { return this.writeBuffer(_, joined(chunks, areBuffers)); }
    writeUtf8String(_, text) { return this.writeBuffer(_, Buffer.from(text, "utf8")); }
    writeAsciiString(_, text) { return this.writeBuffer(_, Buffer.from(text, "latin1")); }
    writeLatin1String(_, text) { return this.writeBuffer(_, Buffer.from(text, "latin1")); }
    writeUcs2String(_, text) { return this.writeBuffer(_, Buffer.from(text, "utf16le")); }
    get writeQueueSize() { return this.#write?.rest.length ?? 0; }
    #endWrite(status) {
      const { req } = this.#write;
      this.#write = undefined;
      if (req.oncomplete === undefined) req.writeStatus = status;
      else req.oncomplete(status);
    }
    #writeRest() {
      if (this.#write === undefined) return;
      const written = sockets.call("write", this.token, this.#write.rest);
      if (written < 0) this.#endWrite(written);
      else if (written === this.#write.rest.length) this.#endWrite(0);
      else this.#write.rest = this.#write.rest.subarray(written);
    }

    shutdown(req) {
      if (this.#isClosed) return UV_EBADF;
      const status = sockets.call("shutdown", this.token);
      if (status < 0) return status;
      setImmediate(() => req.oncomplete(0));
      return 0;
    }

    close(callback) { this.#end("close", callback); }
    reset(callback) {
      this.#end("reset", callback);
      return 0;
    }
    #end(operation, callback) {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#unserve?.();
      if (this.token !== 0) {
        sockets.call(operation, this.token);
        sockets.remove(this);
      }
      setImmediate(() => {
        if (this.#write !== undefined) this.#endWrite(UV_ECANCELED);
        if (this.#connect !== undefined) this.#connected(UV_ECANCELED);
        callback?.call(this);
      });
    }

    #connected(status) {
      const req = this.#connect;
      this.#connect = undefined;
      req.oncomplete?.(status, this, req, true, true);
    }

    onEvent(kind, value) {
      if (kind === DATA) this.#read(value.length, value);
      else if (kind === END) this.#read(UV_EOF);
      else if (kind === ERROR) this.#read(value);
      else if (kind === WRITABLE) this.#writeRest();
      else if (kind === CONNECTED) this.#connected(value);
      else if (kind === ACCEPTED) this.onconnection(0, new TCP(SOCKET).adopt(value));
      else if (kind === LOST) this.#lose();
      else if (kind === HELLO) this.#secured?.onHello(value);
      else if (kind === SECURED) this.#secured?.onSecured(value);
      else if (kind === FAILED) this.#secured?.onFailed(value);
    }
    // The program goes on in another process, which has none of the sockets.
    #lose() {
      if (this.#type !== SERVER) {
        if (this.#connect !== undefined) this.#connected(UV_ECONNRESET);
        else if ((this.#secured ?? this).onread !== undefined) {
          this.#isReading = true;
          this.#read(UV_ECONNRESET);
        }
        return;
      }
      sockets.remove(this);
      const { 0: address, 1: port } = this.#local;
      let status = this.bind(address, port, this.#flags);
      if (status === 0) status = this.listen(this.#backlog);
      if (status < 0) {
        const { UVExceptionWithHostPort } = require("internal/errors");
        this[owner_symbol].emit("error", new UVExceptionWithHostPort(status, "listen", address, port));
      }
    }

    #names() {
      if (this.token === 0 || this.#isClosed) return;
      const names = sockets.call("names", this.token);
      if (typeof names === "number") return;
      this.#local = [names[0], names[1]];
      if (names[2] !== "") this.#peer = [names[2], names[3]];
    }
    getsockname(out) {
      if (this.#denied !== undefined) return 0;
      if (this.#local === undefined) this.#names();
      return describe(out, this.#local?.[0], this.#local?.[1]);
    }
    getpeername(out) {
      if (this.#peer === undefined) this.#names();
      return describe(out, this.#peer?.[0], this.#peer?.[1]);
    }
    #option(name, value) { return this.token === 0 || this.#isClosed ? UV_EBADF : sockets.call("option", this.token, name, value); }
    setNoDelay(enable = true) { return this.#option("noDelay", enable ? 1 : 0); }
    // Seconds; without them, those of the system.
    setKeepAlive(enable, delay) { return this.#option("keepAlive", enable ? delay || -1 : 0); }
    setSimultaneousAccepts() { return 0; }
    setBlocking() { return 0; }
  }

  return {
    TCP,
    TCPConnectWrap: class TCPConnectWrap {},
    constants: { SOCKET, SERVER, UV_TCP_IPV6ONLY, UV_TCP_REUSEPORT: 2 },
  };
};
