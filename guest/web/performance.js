// `performance` (High Resolution Time, Performance Timeline, User Timing).
(native, need) => {
  const { required, dictionary, hidden } = need("idl");
  const { EventTarget } = need("events");
  const { expose, exception, text } = native;
  const clone = structuredClone;
  let allowed = false;
  const guard = () => {
    if (!allowed) throw new TypeError("Illegal constructor");
  };
  const permitted = (make) => {
    allowed = true;
    try {
      return make();
    } finally {
      allowed = false;
    }
  };

  class PerformanceEntry {
    #name;
    #type;
    #start;
    #duration;
    constructor(name, type, start, duration) {
      guard();
      this.#name = name;
      this.#type = type;
      this.#start = start;
      this.#duration = duration;
    }
    get name() { return this.#name; }
    get entryType() { return this.#type; }
    get startTime() { return this.#start; }
    get duration() { return this.#duration; }
    toJSON() { return describe(this); }
    static internals() {
      return {
        is: (entry) => ({
          name: entry.#name,
          type: entry.#type,
          start: entry.#start,
        }),
        describe: (entry) => ({
          name: entry.#name,
          entryType: entry.#type,
          startTime: entry.#start,
          duration: entry.#duration,
        }),
      };
    }
  }
  const { is, describe } = PerformanceEntry.internals();
  delete PerformanceEntry.internals;

  const detailOf = (detail) => (detail === undefined || detail === null ? null : clone(detail));

  class PerformanceMark extends PerformanceEntry {
    #detail;
    constructor(name, options = undefined) {
      required(arguments.length, 1, "PerformanceMark");
      name = text(name);
      const { startTime, detail } = dictionary(options, "PerformanceMark");
      const start = startTime === undefined ? native.now() : +startTime;
      if (!(start >= 0)) throw new TypeError("The start of a mark is not a time from 0");
      permitted(() => super(name, "mark", start, 0));
      this.#detail = detailOf(detail);
    }
    get detail() { return this.#detail; }
    toJSON() { return describeMark(this); }
    static describe(mark) { return { ...describe(mark), detail: mark.#detail }; }
  }
  const { describe: describeMark } = PerformanceMark;
  delete PerformanceMark.describe;

  class PerformanceMeasure extends PerformanceEntry {
    #detail;
    constructor(name, start, duration, detail) {
      super(name, "measure", start, duration);
      this.#detail = detail;
    }
    get detail() { return this.#detail; }
    toJSON() { return describeMeasure(this); }
    static describe(measure) { return { ...describe(measure), detail: measure.#detail }; }
  }
  const { describe: describeMeasure } = PerformanceMeasure;
  delete PerformanceMeasure.describe;

  // A target of no events: its buffer of entries is never full.
  class Performance extends EventTarget {
    #timeOrigin = native.wallTime() - native.now();
    // In the order of their times.
    #entries = { __proto__: null, length: 0 };
    constructor() {
      guard();
      super();
    }
    get timeOrigin() { return this.#timeOrigin; }
    toJSON() { return { timeOrigin: this.#timeOrigin }; }

    #add(entry) {
      const entries = this.#entries;
      const { start } = is(entry);
      let at = entries.length++;
      for (; at > 0 && is(entries[at - 1]).start > start; at--) entries[at] = entries[at - 1];
      entries[at] = entry;
      return entry;
    }
    #select(type, name) {
      const entries = this.#entries;
      const found = [];
      for (let i = 0; i < entries.length; i++) {
        const entry = is(entries[i]);
        if (type !== undefined && entry.type !== type) continue;
        if (name !== undefined && entry.name !== name) continue;
        Object.defineProperty(found, found.length, {
          __proto__: null,
          value: entries[i],
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
      return found;
    }
    #clear(type, name) {
      const entries = this.#entries;
      let kept = 0;
      for (let i = 0; i < entries.length; i++) {
        const entry = is(entries[i]);
        if (entry.type !== type || (name !== undefined && entry.name !== name)) {
          entries[kept++] = entries[i];
        }
      }
      for (let i = kept; i < entries.length; i++) delete entries[i];
      entries.length = kept;
    }
    // A time, or that of the last mark of a name.
    #time(mark) {
      if (typeof mark === "number") {
        if (!(mark >= 0)) throw new TypeError("A time of a measure is negative");
        return mark;
      }
      const name = text(mark);
      const entries = this.#entries;
      for (let i = entries.length - 1; i >= 0; i--) {
        const entry = is(entries[i]);
        if (entry.type === "mark" && entry.name === name) return entry.start;
      }
      throw exception('The "' + name + '" performance mark has not been set', "SyntaxError");
    }

    mark(name, options = undefined) {
      this.#entries;
      required(arguments.length, 1, "Performance.mark");
      return this.#add(new PerformanceMark(name, options));
    }
    measure(name, startOrOptions = undefined, endMark = undefined) {
      this.#entries;
      required(arguments.length, 1, "Performance.measure");
      name = text(name);
      const given = typeof startOrOptions === "object" && startOrOptions !== null;
      const { start, end, duration, detail } = given ? startOrOptions : { start: startOrOptions };
      const any = start !== undefined || end !== undefined || duration !== undefined || detail !== undefined;
      if (given && any) {
        if (endMark !== undefined) {
          throw new TypeError("The end of a measure is given twice");
        }
        if (start === undefined && end === undefined) {
          throw new TypeError("A measure has neither start nor end");
        }
        if (start !== undefined && end !== undefined && duration !== undefined) {
          throw new TypeError("A measure has start, end and duration");
        }
      }
      let until;
      if (endMark !== undefined) until = this.#time(endMark);
      else if (end !== undefined) until = this.#time(end);
      else if (start !== undefined && duration !== undefined) {
        until = this.#time(start) + +duration;
      } else until = native.now();
      let from = 0;
      if (start !== undefined) from = this.#time(start);
      else if (end !== undefined && duration !== undefined) from = until - +duration;
      const copy = detailOf(detail);
      const make = () => new PerformanceMeasure(name, from, until - from, copy);
      return this.#add(permitted(make));
    }
    clearMarks(name = undefined) {
      this.#clear("mark", name === undefined ? undefined : text(name));
    }
    clearMeasures(name = undefined) {
      this.#clear("measure", name === undefined ? undefined : text(name));
    }
    getEntries() { return this.#select(); }
    getEntriesByType(type) {
      this.#entries;
      required(arguments.length, 1, "Performance.getEntriesByType");
      return this.#select(text(type));
    }
    getEntriesByName(name, type = undefined) {
      this.#entries;
      required(arguments.length, 1, "Performance.getEntriesByName");
      return this.#select(type === undefined ? undefined : text(type), text(name));
    }
    static describe(performance) { return { timeOrigin: performance.#timeOrigin }; }
  }
  const { describe: describePerformance } = Performance;
  delete Performance.describe;
  // Called often: the helper itself, which needs no receiver.
  hidden(Performance.prototype, "now", native.now);

  expose(PerformanceEntry, { describe });
  expose(PerformanceMark, { describe: describeMark });
  expose(PerformanceMeasure, { describe: describeMeasure });
  expose(Performance, { describe: describePerformance });
  const performance = permitted(() => new Performance());
  return { performance, Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure };
};
