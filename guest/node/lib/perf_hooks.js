'use strict';
const { performance, Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure } = globalThis;
const { validateFunction, validateObject } = require('internal/validators');

class PerformanceObserverEntryList {
  #entries;
  constructor(entries) { this.#entries = entries; }
  getEntries() { return [...this.#entries]; }
  getEntriesByName(name, type) { return this.#entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type)); }
  getEntriesByType(type) { return this.#entries.filter((entry) => entry.entryType === type); }
}

// Observers are told of marks and measures that are made later.
const observers = new Set();
let original;
function announce(entry) {
  for (const observer of observers) observer[kAdd](entry);
  return entry;
}
const kAdd = Symbol('add');
function watch() {
  if (original) return;
  original = { mark: performance.mark, measure: performance.measure };
  for (const name of ['mark', 'measure']) {
    Object.defineProperty(performance, name, {
      __proto__: null, configurable: true, writable: true, enumerable: true,
      value: { [name](...args) { return announce(original[name].apply(performance, args)); } }[name],
    });
  }
}
class PerformanceObserver {
  #callback;
  #types = [];
  #waiting = [];
  constructor(callback) {
    validateFunction(callback, 'callback');
    this.#callback = callback;
  }
  static get supportedEntryTypes() { return ['function', 'mark', 'measure']; }
  observe(options = {}) {
    validateObject(options, 'options');
    this.#types = options.entryTypes ?? [options.type];
    watch();
    observers.add(this);
    if (options.buffered) for (const type of this.#types) performance.getEntriesByType(type).forEach((entry) => this[kAdd](entry));
  }
  disconnect() { observers.delete(this); this.#waiting = []; }
  takeRecords() { return this.#waiting.splice(0); }
  [kAdd](entry) {
    if (!this.#types.includes(entry.entryType)) return;
    if (this.#waiting.push(entry) > 1) return;
    setImmediate(() => {
      const entries = this.takeRecords();
      if (entries.length > 0) this.#callback(new PerformanceObserverEntryList(entries), this);
    });
  }
}

class Histogram {
  #values = [];
  get count() { return this.#values.length; }
  get min() { return this.#values.length ? Math.min(...this.#values) : 9223372036854776000; }
  get max() { return this.#values.length ? Math.max(...this.#values) : 0; }
  get mean() { return this.#values.reduce((sum, value) => sum + value, 0) / this.#values.length; }
  get stddev() {
    const { mean } = this;
    return Math.sqrt(this.#values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / this.#values.length);
  }
  get exceeds() { return 0; }
  get percentiles() { return new Map([0, 50, 75, 90, 95, 99, 100].map((at) => [at, this.percentile(at)])); }
  percentile(at) {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((at / 100) * sorted.length) - 1)] ?? 0;
  }
  record(value) { this.#values.push(Number(value)); }
  reset() { this.#values = []; }
  enable() { return true; }
  disable() { return true; }
}

function timerify(fn, { histogram } = {}) {
  validateFunction(fn, 'fn');
  const timed = function(...args) {
    const start = performance.now();
    const result = new.target ? Reflect.construct(fn, args, fn) : Reflect.apply(fn, this, args);
    const done = () => {
      const duration = performance.now() - start;
      histogram?.record(Math.max(1, Math.ceil(duration * 1e6)));
      announce({ name: fn.name, entryType: 'function', startTime: start, duration, detail: args });
    };
    if (typeof result?.finally === 'function') return result.finally(done);
    done();
    return result;
  };
  Object.defineProperty(timed, 'name', { __proto__: null, value: `timerified ${fn.name}`, configurable: true });
  Object.defineProperty(timed, 'length', { __proto__: null, value: fn.length, configurable: true });
  return timed;
}
const eventLoopUtilization = () => ({ idle: 0, active: 0, utilization: 0 });
for (const [name, value] of Object.entries({ timerify, eventLoopUtilization, nodeTiming: { name: 'node', entryType: 'node', startTime: 0, duration: 0 } })) {
  performance[name] ??= value;
}
module.exports = {
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList,
  PerformanceResourceTiming: class PerformanceResourceTiming {},
  createHistogram: () => new Histogram(),
  monitorEventLoopDelay: () => new Histogram(),
  eventLoopUtilization, timerify, performance,
  constants: {},
};
