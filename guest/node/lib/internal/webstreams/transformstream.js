'use strict';
const { TransformStream, TransformStreamDefaultController } = globalThis;
module.exports = { TransformStream, TransformStreamDefaultController };
