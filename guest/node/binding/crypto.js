// What modules of TLS ask of OpenSSL. A context collects settings; the embedder makes its own of them when the first
// connection needs it.
(tools, internalBinding, require) => {
  const sockets = require("internal/jsvm/sockets");
  const textOf = (value) => (typeof value === "string" ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1"));
  const refuse = (what) => {
    const { ERR_FEATURE_UNAVAILABLE_ON_PLATFORM } = require("internal/errors").codes;
    throw new ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(what);
  };

  class SecureContext {
    // The number of the embedder's context; 0 if there is none yet.
    #token = 0;
    #settings = { keys: [], certificates: [], authorities: [], system: false, oldest: 0, newest: 0 };

    init(protocol, oldest, newest) {
      if (protocol != null && !/^(?:TLS|SSLv23|TLSv1_2)(?:_client|_server)?_method$/.test(protocol)) {
        const { ERR_TLS_INVALID_PROTOCOL_METHOD } = require("internal/errors").codes;
        throw new ERR_TLS_INVALID_PROTOCOL_METHOD(`Unknown method: ${protocol}`);
      }
      this.#settings.oldest = oldest;
      this.#settings.newest = newest;
    }
    getMinProto() { return this.#settings.oldest; }
    getMaxProto() { return this.#settings.newest; }
    setMinProto(version) { this.#settings.oldest = version; }
    setMaxProto(version) { this.#settings.newest = version; }
    addCACert(text) { this.#settings.authorities.push(textOf(text)); }
    addRootCerts() { this.#settings.system = true; }
    setCert(text) {
      this.#settings.certificates.push(textOf(text));
      this.#check();
    }
    setKey(text, passphrase) {
      if (passphrase != null) refuse("the passphrase of a key of TLS");
      this.#settings.keys.push(textOf(text));
      this.#check();
    }
    // A wrong certificate or key is an error where it is given.
    #check() {
      const { keys, certificates } = this.#settings;
      if (keys.length > 0 && certificates.length > 0) this.token();
    }
    loadPKCS12() { refuse("PKCS#12"); }
    addCRL() { refuse("lists of revoked certificates"); }
    setEngineKey() { refuse("engines of OpenSSL"); }
    setClientCertEngine() { refuse("engines of OpenSSL"); }
    // The embedder chooses ciphers and curves, and resumes no sessions.
    setCiphers() {}
    setCipherSuites() {}
    setSigalgs() {}
    setECDHCurve() {}
    setDHParam() {}
    setOptions() {}
    setAllowPartialTrustChain() {}
    setSessionIdContext() {}
    setSessionTimeout() {}
    setCertificateCompression() {}
    setTicketKeys() {}
    getTicketKeys() { return Buffer.alloc(48); }
    close() {
      if (this.#token !== 0) sockets.call("dropContext", this.#token);
      this.#token = 0;
    }
    token() {
      if (this.#token === 0) this.#token = sockets.call("context", this.#settings);
      return this.#token;
    }
    // After a restore the embedder does not know the number.
    forget() { this.#token = 0; }
  }

  return {
    SecureContext,
    getBundledRootCertificates: () => [],
    getExtraCACertificates: () => [],
    getSystemCACertificates: () => [],
    getUserRootCertificates: () => [],
    resetRootCertStore() { refuse("tls.setDefaultCACertificates"); },
    startLoadingCertificatesOffThread() {},
    getCertificateCompressionAlgorithms: () => [],
    getSSLCiphers: () => [
      "tls_aes_256_gcm_sha384", "tls_aes_128_gcm_sha256", "tls_chacha20_poly1305_sha256",
      "ecdhe-ecdsa-aes256-gcm-sha384", "ecdhe-ecdsa-aes128-gcm-sha256", "ecdhe-ecdsa-chacha20-poly1305",
      "ecdhe-rsa-aes256-gcm-sha384", "ecdhe-rsa-aes128-gcm-sha256", "ecdhe-rsa-chacha20-poly1305",
    ],
  };
};
