'use strict';
const { AbortController, AbortSignal } = globalThis;
const { validateAbortSignal, validateObject } = require('internal/validators');
module.exports = {
  AbortController, AbortSignal,
  // It resolves when the signal is aborted. `resource` is not kept alive for it.
  async aborted(signal, resource) {
    validateAbortSignal(signal, 'signal');
    validateObject(resource, 'resource', 8 | 4);
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers();
    signal.addEventListener('abort', resolve, { once: true });
    await promise;
  },
  transferableAbortSignal: (signal) => signal,
  transferableAbortController: () => new AbortController(),
};
