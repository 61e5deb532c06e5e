'use strict';
const { console } = globalThis;
for (const name of ['profile', 'profileEnd', 'timeStamp']) console[name] ??= () => {};
console._stdout ??= undefined;
module.exports = console;
