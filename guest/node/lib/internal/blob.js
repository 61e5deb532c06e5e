'use strict';
const { Blob } = globalThis;
module.exports = { Blob, isBlob: (value) => value instanceof Blob, createBlob: (parts) => new Blob(parts),
                   createBlobFromFilePath() { throw new Error('openAsBlob cannot be used here'); },
                   resolveObjectURL: () => undefined, kHandle: Symbol('kHandle'), kMaxChunkSize: 65536 };
