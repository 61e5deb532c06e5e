'use strict';
// Node.js runs each file in a process of its own.
module.exports = {
  run() {
    const error = new Error('run of node:test cannot be used here: a VM starts no processes. Use jsvm test');
    error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
    throw error;
  },
};
