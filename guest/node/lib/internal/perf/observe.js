'use strict';
// Observers see marks and measures of the program, and no work of modules.
module.exports = { hasObserver: () => false, startPerf() {}, stopPerf() {}, enqueue() {} };
