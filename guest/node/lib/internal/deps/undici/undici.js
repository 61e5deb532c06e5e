'use strict';
// The classes of the web platform are those of the engine.
const { WebSocket, CloseEvent, MessageEvent } = globalThis;
module.exports = { WebSocket, CloseEvent, MessageEvent };
