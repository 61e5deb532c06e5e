'use strict';
const { console } = globalThis;
// A console of its own writes to streams; the global one writes to the embedder.
let Console;
Object.defineProperty(console, 'Console', {
  __proto__: null,
  configurable: true,
  enumerable: true,
  get: () => (Console ??= require('internal/console/constructor').Console),
  set: (value) => { Console = value; },
});
for (const name of ['profile', 'profileEnd', 'timeStamp']) console[name] ??= () => {};
console._stdout ??= undefined;
module.exports = console;
