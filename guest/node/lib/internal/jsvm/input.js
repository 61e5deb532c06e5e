'use strict';
// Standard input, as functions that read some bytes of it. There are none at its end.
const { host, tools } = require('internal/jsvm/builtins');

const requests = { __proto__: null };
const request = (name) => (requests[name] ??= tools.createRequest(name));

module.exports = {
  readNow: (length) => host('readInput', length),
  readLater: (length) => request('jsvm:stdin-read')(length),
  // A read that an `AbortSignal` ends. The program waits for it if it is referenced.
  readUntil: (length, isReferenced, signal) =>
    request(isReferenced ? 'jsvm:stdin-read' : 'jsvm:stdin-read-background')(length, signal),
};
