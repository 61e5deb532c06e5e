// Sockets with paths, which a VM has not.
(tools, internalBinding) => {
  const { UV_ENOTSUP } = internalBinding("uv");
  class Pipe {
    constructor() { this.fd = -1; }
    bind() { return UV_ENOTSUP; }
    listen() { return UV_ENOTSUP; }
    connect() { return UV_ENOTSUP; }
    open() { return UV_ENOTSUP; }
    fchmod() { return UV_ENOTSUP; }
    close(callback) { if (callback) setImmediate(callback); }
    getAsyncId() { return 0; }
    ref() {}
    unref() {}
    readStart() { return UV_ENOTSUP; }
    readStop() { return 0; }
  }
  return { Pipe, PipeConnectWrap: class PipeConnectWrap {}, constants: { SOCKET: 0, SERVER: 1, IPC: 2, UV_READABLE: 1, UV_WRITABLE: 2 } };
};
