'use strict';
// Timers are the engine's, which numbers them; an object stands for each.
const { tools } = require('internal/jsvm/builtins');
const TIMEOUT_MAX = 2 ** 31 - 1;
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const { setTimeout, setInterval, setImmediate, clearTimeout } = tools.engineTimers;

const timers = new Map();

function callIn(context, callback, self, args) {
  const outer = tools.getContext();
  tools.setContext(context);
  try {
    return Reflect.apply(callback, self, args);
  } finally {
    tools.setContext(outer);
  }
}

function delayOf(after) {
  const delay = Number(after);
  if (delay >= 1 && delay <= TIMEOUT_MAX) return Math.trunc(delay);
  if (delay > TIMEOUT_MAX) {
    process.emitWarning(`${delay} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`, 'TimeoutOverflowWarning');
  } else if (delay < 0) {
    process.emitWarning(`${delay} is a negative number.\nTimeout duration was set to 1.`, 'TimeoutNegativeWarning');
  } else if (Number.isNaN(delay) && after !== undefined) {
    process.emitWarning(`${delay} is not a number.\nTimeout duration was set to 1.`, 'TimeoutNaNWarning');
  }
  return 1;
}

class Timeout {
  #number = 0;
  #context = tools.getContext();
  #isRef;
  constructor(callback, after, args, isRepeat, isRef) {
    this._idleTimeout = delayOf(after);
    this._onTimeout = callback;
    this._repeat = isRepeat ? this._idleTimeout : null;
    this._destroyed = false;
    this.#isRef = isRef ?? true;
    Object.defineProperty(this, '_timerArgs', { __proto__: null, value: args, writable: true, configurable: true });
  }
  start() {
    const run = () => {
      if (this._repeat === null || this._repeat === undefined) {
        this._destroyed = true;
        timers.delete(this.#number);
      }
      const wasTimeout = this._destroyed;
      if (typeof this._onTimeout === 'function') callIn(this.#context, this._onTimeout, this, this._timerArgs ?? []);
      // A callback may make an interval of its timer.
      if (wasTimeout && this._destroyed && this._repeat) {
        this._idleTimeout = this._repeat;
        this.start();
      }
    };
    this._destroyed = false;
    this.#number = (this._repeat === null ? setTimeout : setInterval)(run, this._idleTimeout);
    timers.set(this.#number, this);
    if (!this.#isRef) tools.setTimerRef(this.#number, false);
    return this;
  }
  refresh() {
    if (this._destroyed && this._onTimeout === null) return this;
    clearTimeout(this.#number);
    timers.delete(this.#number);
    return this.start();
  }
  ref() {
    if (!(#isRef in this)) return this;
    this.#isRef = true;
    tools.setTimerRef(this.#number, true);
    return this;
  }
  unref() {
    if (!(#isRef in this)) return this;
    this.#isRef = false;
    tools.setTimerRef(this.#number, false);
    return this;
  }
  hasRef() { return this.#isRef; }
  close() {
    clearTimeout(this.#number);
    timers.delete(this.#number);
    this._destroyed = true;
    return this;
  }
  [Symbol.toPrimitive]() { return this.#number; }
  [Symbol.dispose]() { this.close(); }
}

const immediates = new Set();
class Immediate {
  #number;
  #isRef = true;
  constructor(callback, args) {
    const context = tools.getContext();
    this._onImmediate = callback;
    this._destroyed = false;
    Object.defineProperty(this, '_argv', { __proto__: null, value: args, writable: true, configurable: true });
    this.#number = setImmediate(() => {
      immediates.delete(this);
      this._destroyed = true;
      callIn(context, this._onImmediate, this, args ?? []);
    });
    immediates.add(this);
  }
  ref() {
    if (!(#isRef in this)) return this;
    this.#isRef = true;
    tools.setTimerRef(this.#number, true);
    return this;
  }
  unref() {
    if (!(#isRef in this)) return this;
    this.#isRef = false;
    tools.setTimerRef(this.#number, false);
    return this;
  }
  hasRef() { return this.#isRef; }
  close() {
    clearTimeout(this.#number);
    immediates.delete(this);
    this._destroyed = true;
  }
  [Symbol.dispose]() { this.close(); }
}

// The timers of sockets, which are used again and again.
function reuseOrCreateUnrefTimeout(timer, callback, after, arg) {
  if (timer) timer.close();
  return new Timeout(callback, after, [arg], false, false).start();
}
function setUnrefTimeout(callback, after) {
  return new Timeout(callback, after, undefined, false, false).start();
}
function getTimerDuration(milliseconds, name) {
  const { validateNumber } = require('internal/validators');
  validateNumber(milliseconds, name);
  if (milliseconds < 0 || !Number.isFinite(milliseconds)) {
    const { ERR_OUT_OF_RANGE } = require('internal/errors').codes;
    throw new ERR_OUT_OF_RANGE(name, 'a non-negative finite number', milliseconds);
  }
  if (milliseconds <= TIMEOUT_MAX) return milliseconds;
  process.emitWarning(`${milliseconds} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${TIMEOUT_MAX}.`, 'TimeoutOverflowWarning');
  return TIMEOUT_MAX;
}

module.exports = {
  reuseOrCreateUnrefTimeout,
  setUnrefTimeout,
  getTimerDuration,
  TIMEOUT_MAX,
  Timeout,
  Immediate,
  kTimeout: Symbol('timeout'),
  insert: (timeout) => timeout.start(),
  timers,
  async_id_symbol: Symbol('asyncId'),
  kRefed: Symbol('refed'),
};
