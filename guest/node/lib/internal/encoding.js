'use strict';
const { TextEncoder, TextDecoder } = globalThis;
module.exports = { TextEncoder, TextDecoder, encodeUtf8String: (text) => new TextEncoder().encode(text),
                   getEncodingFromLabel: (label) => { try { return new TextDecoder(label).encoding; } catch { return undefined; } } };
