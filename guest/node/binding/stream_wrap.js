() => ({
  kReadBytesOrError: 0, kArrayBufferOffset: 1, kBytesWritten: 2, kLastWriteWasAsync: 3, kLastWriteErr: 4,
  streamBaseState: new Int32Array(5),
  WriteWrap: class WriteWrap {
    // What it ended with, if that was before somebody could listen.
    writeStatus = null;
  },
  ShutdownWrap: class ShutdownWrap {},
  LibuvStreamWrap: class LibuvStreamWrap {},
});
