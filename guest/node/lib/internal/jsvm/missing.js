'use strict';
// Modules whose work needs what a VM does not have. They load, so that programs that only name them run; a
// call throws an error that says why.
const { data, tools } = require('internal/jsvm/builtins');

const reasons = {
  '__proto__': null,
  'child_process': 'a VM starts no processes',
  'cluster': 'a VM starts no processes',
  'inspector': 'a VM has no debugger of this kind',
  'inspector/promises': 'a VM has no debugger of this kind',
  'vm': 'a VM has one context; use eval, or several VMs',
  'http2': 'there is HTTP/1.1 only; use http, or export a fetch handler for jsvm serve',
  'dgram': 'there are sockets of TCP only',
  'repl': 'use jsvm repl',
  'wasi': 'a VM gives modules of WebAssembly no system interface',
  'worker_threads': 'a VM has one thread; use several VMs',
  'sqlite': 'a VM has no database; use jsvm:keyvalue',
};

const refusal = (name, key) => {
  const reason = reasons[name] ?? 'it needs what a VM does not have';
  const error = new Error(`${name}.${key} cannot be used here: ${reason}`);
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  return error;
};

module.exports = (name) => {
  const exported = {};
  const description = data.missing[name] ?? [];
  for (const { 0: key, 1: kind, 2: value } of description) {
    if (kind === 'value') {
      exported[key] = value;
    } else {
      const stub = { [key]: function() { throw refusal(name, key); } }[key];
      for (const method of value ?? []) {
        stub.prototype[method] = { [method]: function() { throw refusal(name, `${key}.${method}`); } }[method];
      }
      exported[key] = stub;
    }
  }
  // It computes.
  if (name === 'crypto') {
    const { Buffer } = require('buffer');
    const { StringDecoder } = require('string_decoder');
    Object.assign(exported, tools.crypto()({ Buffer, StringDecoder }));
  }
  return exported;
};
