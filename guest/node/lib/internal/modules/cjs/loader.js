'use strict';
const { isBuiltin } = require('internal/jsvm/builtins');
module.exports = { Module: { isBuiltin } };
