'use strict';
const { WritableStream, WritableStreamDefaultController, WritableStreamDefaultWriter } = globalThis;
module.exports = {
  WritableStream, WritableStreamDefaultController, WritableStreamDefaultWriter,
  isWritableStream: (value) => value instanceof WritableStream,
  writableStreamDefaultWriterWriteWithRequest: (writer, chunk, request) => writer.write(chunk).then(request.resolve, request.reject),
};
