// The handle of a stream that is no socket. It exists so that such a stream can be wrapped; TLS needs a socket.
() => {
  class JSStream {
    fd = -1;
    secureWith() {}
    get isStreamBase() { return true; }
    getAsyncId() { return 0; }
    readStart() { return this.onreadstart(); }
    readStop() { return this.onreadstop(); }
    readBuffer() {}
    emitEOF() {}
    finishWrite() {}
    finishShutdown() {}
    ref() {}
    unref() {}
  }
  return { JSStream };
};
