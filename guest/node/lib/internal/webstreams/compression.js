'use strict';
const { CompressionStream, DecompressionStream } = globalThis;
module.exports = { CompressionStream, DecompressionStream };
