'use strict';
const { Timeout, Immediate, timers: all } = require('internal/timers');

function check(callback) {
  if (typeof callback === 'function') return;
  const { ERR_INVALID_ARG_TYPE } = require('internal/errors').codes;
  throw new ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
}

function setTimeout(callback, after, ...args) {
  check(callback);
  return new Timeout(callback, after, args, false, true).start();
}
function setInterval(callback, repeat, ...args) {
  check(callback);
  return new Timeout(callback, repeat, args, true, true).start();
}
function setImmediate(callback, ...args) {
  check(callback);
  return new Immediate(callback, args);
}
function clearTimeout(timer) {
  if (timer instanceof Timeout) {
    timer.close();
    timer._onTimeout = null;
  } else if (typeof timer === 'number' || typeof timer === 'string') {
    const found = all.get(Number(timer));
    if (found !== undefined) clearTimeout(found);
  }
}
function clearInterval(timer) {
  clearTimeout(timer);
}
function clearImmediate(immediate) {
  if (immediate instanceof Immediate) immediate.close();
}

const custom = Symbol.for('nodejs.util.promisify.custom');
for (const [timer, name] of [[setTimeout, 'setTimeout'], [setImmediate, 'setImmediate']]) {
  Object.defineProperty(timer, custom, {
    __proto__: null,
    enumerable: true,
    get: () => require('timers/promises')[name],
  });
}

module.exports = {
  setTimeout, clearTimeout, setImmediate, clearImmediate, setInterval, clearInterval,
};
Object.defineProperty(module.exports, 'promises', {
  __proto__: null,
  configurable: true,
  enumerable: true,
  get: () => require('timers/promises'),
});
