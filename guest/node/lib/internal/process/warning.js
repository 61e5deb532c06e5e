'use strict';
const emitWarning = (...args) => process.emitWarning(...args);
module.exports = { emitWarning, emitWarningSync: emitWarning, onWarning() {}, resetForSerialization() {} };
