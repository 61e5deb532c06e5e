'use strict';
const { validateFunction } = require('internal/validators');
module.exports = {
  queueMicrotask(callback) {
    validateFunction(callback, 'callback');
    globalThis.queueMicrotask(callback);
  },
  nextTick: process.nextTick,
  runNextTicks() {},
};
