// TLS over a socket of the embedder, which encrypts and decrypts: from the start of TLS on, the socket reads and
// writes what is not encrypted.
(tools, internalBinding, require) => {
  const sockets = require("internal/jsvm/sockets");
  const { UV_ENOENT } = internalBinding("uv");

  const errorOf = ({ code, message }) => Object.assign(new Error(message), { code });
  const protocolsOf = (bytes) => {
    const found = [];
    for (let at = 0; at < bytes.length; at += 1 + bytes[at]) found.push(Buffer.from(bytes.subarray(at + 1, at + 1 + bytes[at])).toString("latin1"));
    return found;
  };

  class TLSWrap {
    // Set by `wrap.js`.
    _parent;
    reading = false;
    #context;
    #isServer;
    #requestsCertificate = false;
    #hasStarted = false;
    #serverName = "";
    #protocols = [];
    #asks = false;
    #details;

    constructor(parent, context, isServer) {
      this._parent = parent;
      this.#context = context;
      this.#isServer = isServer;
      parent.secureWith(this);
      // The socket may read already, so nobody asks for it again.
      if (isServer) process.nextTick(() => this.start());
    }
    get isStreamBase() { return true; }
    get bytesRead() { return this._parent.bytesRead; }
    get bytesWritten() { return this._parent.bytesWritten; }
    get fd() { return -1; }
    get writeQueueSize() { return this._parent.writeQueueSize; }
    getAsyncId() { return this._parent.getAsyncId(); }
    getProviderType() { return 0; }
    hasRef() { return this._parent.hasRef(); }

    setVerifyMode(requests) { this.#requestsCertificate = requests; }
    setServername(name) { this.#serverName = name; }
    getServername() { return this.#isServer ? this.#details?.serverName || false : this.#serverName || false; }
    setALPNProtocols(bytes) { this.#protocols = protocolsOf(bytes); }
    enableALPNCb() { this.#asks = true; }
    enableCertCb() { this.#asks = true; }
    enableSessionCallbacks() {}
    enableKeylogCallback() {}
    enableTrace() {}
    requestOCSP() {}
    writesIssuedByPrevListenerDone() {}
    setKeyCert(context) { this.#context = context; }

    // A client says when.
    start() {
      if (this.#hasStarted || this._parent.token === 0) return;
      this.#hasStarted = true;
      if (this._parent.token === undefined) {
        return void this.onerror(errorOf({ code: "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", message: "TLS needs a socket, and this stream is none" }));
      }
      const options = {
        isServer: this.#isServer, serverName: this.#serverName, protocols: this.#protocols,
        requestsCertificate: this.#requestsCertificate, asks: this.#asks,
      };
      const secure = () => sockets.call("secure", this._parent.token, this.#context.token(), options);
      let status = secure();
      if (status === UV_ENOENT) {
        this.#context.forget();
        status = secure();
      }
      if (status < 0) process.nextTick(() => this.onerror?.(errorOf({ code: "ERR_TLS_HANDSHAKE", message: "the socket cannot be secured" })));
    }
    readStart() { return this._parent.readStart(); }
    readStop() { return this._parent.readStop(); }
    useUserBuffer(buffer) { this._parent.useUserBuffer(buffer); }
    writeBuffer(...args) { return this._parent.writeBuffer(...args); }
    writev(...args) { return this._parent.writev(...args); }
    writeUtf8String(...args) { return this._parent.writeUtf8String(...args); }
    writeAsciiString(...args) { return this._parent.writeAsciiString(...args); }
    writeLatin1String(...args) { return this._parent.writeLatin1String(...args); }
    writeUcs2String(...args) { return this._parent.writeUcs2String(...args); }
    shutdown(req) { return this._parent.shutdown(req); }
    reset(callback) { return this._parent.reset(callback); }
    receive(bytes) {
      // It was read before TLS began, so the embedder has not seen it.
      this.onerror(errorOf({ code: "ERR_TLS_EARLY_DATA", message: `${bytes.length} bytes were read before TLS began` }));
    }
    destroySSL() {}
    renegotiate() { throw errorOf({ code: "ERR_TLS_RENEGOTIATION_DISABLED", message: "TLS session renegotiation disabled for this socket" }); }

    // The embedder has read what the client wants, and is told with what to go on.
    onHello(hello) {
      this.#details = hello;
      if (this.ALPNCallback !== undefined) {
        const offset = this.ALPNCallback(Buffer.concat(hello.protocols.flatMap((name) => [Buffer.from([name.length]), Buffer.from(name, "latin1")])));
        if (offset === undefined && hello.protocols.length > 0) this.#protocols = ["\0"];
        else for (let at = 0, index = 0; index < hello.protocols.length; at += 1 + hello.protocols[index++].length) {
          if (at === offset) this.#protocols = [hello.protocols[index]];
        }
      }
      this.oncertcb({ servername: hello.serverName, OCSPRequest: false });
    }
    certCbDone() {
      const context = this.sni_context ?? this.#context;
      const chosen = context.context ?? context;
      const accept = () => sockets.call("accept", this._parent.token, chosen.token(), this.#protocols);
      if (accept() === UV_ENOENT) {
        chosen.forget();
        accept();
      }
    }
    onSecured(details) {
      this.#details = details;
      this.onhandshakedone();
    }
    onFailed(error) { this.onerror(errorOf(error)); }

    verifyError() {
      const { verifyError } = this.#details;
      return verifyError == null ? null : errorOf(verifyError);
    }
    getALPNNegotiatedProtocol() { return this.#details.protocol || false; }
    getProtocol() { return this.#details?.version ?? null; }
    getCipher() { return this.#details?.cipher ?? {}; }
    hasPeerCertificate() { return this.#details?.chain.length > 0; }
    // `wanted` is true for the whole chain.
    getPeerCertificate(wanted) {
      const chain = (this.#details?.chain ?? []).map((certificate) => ({
        ...certificate,
        subject: Object.assign({ __proto__: null }, certificate.subject),
        issuer: Object.assign({ __proto__: null }, certificate.issuer),
        raw: Buffer.from(certificate.raw), pubkey: Buffer.from(certificate.pubkey),
        subjectaltname: certificate.subjectaltname || undefined,
      }));
      if (wanted) {
        for (let index = 0; index < chain.length; index++) chain[index].issuerCertificate = chain[index + 1] ?? chain[index];
      }
      return chain[0];
    }
    getCertificate() { return undefined; }
    getPeerX509Certificate() { return undefined; }
    getX509Certificate() { return undefined; }
    getEphemeralKeyInfo() { return {}; }
    getSession() { return undefined; }
    setSession() {}
    isSessionReused() { return false; }
    getTLSTicket() { return undefined; }
    getSharedSigalgs() { return []; }
    getFinished() { return undefined; }
    getPeerFinished() { return undefined; }
    setMaxSendFragment() { return 0; }
    exportKeyingMaterial() {
      const { ERR_FEATURE_UNAVAILABLE_ON_PLATFORM } = require("internal/errors").codes;
      throw new ERR_FEATURE_UNAVAILABLE_ON_PLATFORM("exportKeyingMaterial");
    }
  }

  return {
    TLSWrap,
    wrap: (handle, context, isServer) => new TLSWrap(handle, context, isServer),
    HAVE_SSL_TRACE: false,
  };
};
