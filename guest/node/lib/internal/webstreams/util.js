'use strict';
module.exports = { kResolvedPromise: Promise.resolve() };
