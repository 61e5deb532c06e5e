'use strict';
const { TextEncoderStream, TextDecoderStream } = globalThis;
module.exports = { TextEncoderStream, TextDecoderStream };
