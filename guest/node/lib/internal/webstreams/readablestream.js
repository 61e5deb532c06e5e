'use strict';
const {
  ReadableStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader, ReadableStreamBYOBRequest,
  ReadableByteStreamController, ReadableStreamDefaultController,
} = globalThis;
module.exports = {
  ReadableStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader, ReadableStreamBYOBRequest,
  ReadableByteStreamController, ReadableStreamDefaultController,
  isReadableStream: (value) => value instanceof ReadableStream,
  readableStreamTee: (stream) => stream.tee(),
  readableStreamDefaultReaderRead(reader, request) {
    reader.read().then(({ value, done }) => {
      if (done) request[module.exports.kClose]();
      else request[module.exports.kChunk](value);
    }, (error) => request[module.exports.kError](error));
  },
  kChunk: Symbol('kChunk'),
  kClose: Symbol('kClose'),
  kError: Symbol('kError'),
};
