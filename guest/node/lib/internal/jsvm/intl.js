'use strict';
// As much of `Intl` as packages for terminals use. Texts are compared and formatted as the engine does it, in
// `en-US`.

// Extended grapheme clusters, as far as properties of characters tell them.
const cluster = /\r\n|(?:\p{RI}\p{RI}|\p{Extended_Pictographic}[\p{M}\p{EMod}\uFE0F]*(?:\u200D\p{Extended_Pictographic}[\p{M}\p{EMod}\uFE0F]*)*|[\u1100-\u115F\uA960-\uA97C]+[\uAC00-\uD7A3]?[\u1160-\u11A7\uD7B0-\uD7C6]*[\u11A8-\u11FF\uD7CB-\uD7FB]*|[\uAC00-\uD7A3][\u1160-\u11A7\uD7B0-\uD7C6]*[\u11A8-\u11FF\uD7CB-\uD7FB]*|[^])[\p{M}\u200D\uFE0F\p{EMod}]*/gu;
const word = /[\p{L}\p{N}\p{M}_]+(?:['’.][\p{L}\p{N}\p{M}_]+)*|\s+|[^]/gu;
const sentence = /[^.!?]+[.!?]*\s*|[.!?]+\s*/gu;

class Segmenter {
  #granularity;
  #locale;
  constructor(locales, options) {
    this.#granularity = options?.granularity ?? 'grapheme';
    this.#locale = String((Array.isArray(locales) ? locales[0] : locales) ?? 'en-US');
    if (!['grapheme', 'word', 'sentence'].includes(this.#granularity)) {
      throw new RangeError(`Value ${this.#granularity} out of range for Intl.Segmenter options property granularity`);
    }
  }
  segment(input) {
    const text = String(input);
    const isWord = this.#granularity === 'word';
    const pattern = isWord ? word : this.#granularity === 'sentence' ? sentence : cluster;
    const segments = {
      *[Symbol.iterator]() {
        for (const { 0: segment, index } of text.matchAll(pattern)) {
          yield isWord ? { segment, index, input: text, isWordLike: /[\p{L}\p{N}]/u.test(segment) } : { segment, index, input: text };
        }
      },
      containing(at = 0) {
        for (const found of segments) if (at >= found.index && at < found.index + found.segment.length) return found;
        return undefined;
      },
    };
    return segments;
  }
  resolvedOptions() { return { locale: this.#locale, granularity: this.#granularity }; }
  static supportedLocalesOf(locales) { return [].concat(locales ?? []); }
}
Object.defineProperty(Segmenter.prototype, Symbol.toStringTag, { __proto__: null, value: 'Intl.Segmenter', configurable: true });

class Collator {
  #options;
  constructor(locales, options = {}) { this.#options = options; }
  get compare() {
    const { numeric, sensitivity } = this.#options;
    const fold = (text) => (sensitivity === 'base' ? text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase() :
      sensitivity === 'accent' ? text.toLowerCase() : text);
    return (left, right) => {
      const [a, b] = [fold(String(left)), fold(String(right))];
      if (!numeric) return a.localeCompare(b);
      const [as, bs] = [a.split(/(\d+)/), b.split(/(\d+)/)];
      for (let index = 0; index < Math.min(as.length, bs.length); index++) {
        const order = index % 2 === 1 ? Number(as[index]) - Number(bs[index]) : as[index].localeCompare(bs[index]);
        if (order !== 0) return Math.sign(order);
      }
      return Math.sign(as.length - bs.length);
    };
  }
  resolvedOptions() {
    return { locale: 'en-US', usage: 'sort', sensitivity: 'variant', ignorePunctuation: false, collation: 'default', numeric: false, caseFirst: 'false', ...this.#options };
  }
  static supportedLocalesOf(locales) { return [].concat(locales ?? []); }
}

class NumberFormat {
  #options;
  constructor(locales, options) {
    this.#options = options;
    Object.defineProperty(this, 'format', { __proto__: null, value: (number) => number.toLocaleString('en-US', options), configurable: true, writable: true });
  }
  resolvedOptions() { return { locale: 'en-US', numberingSystem: 'latn', style: 'decimal', ...this.#options }; }
  static supportedLocalesOf(locales) { return [].concat(locales ?? []); }
}

class DateTimeFormat {
  #options;
  constructor(locales, options) {
    this.#options = options;
    Object.defineProperty(this, 'format', { __proto__: null, value: (date = new Date()) => new Date(date).toLocaleDateString('en-US', options), configurable: true, writable: true });
  }
  resolvedOptions() {
    return { locale: 'en-US', calendar: 'gregory', numberingSystem: 'latn', timeZone: process.env.TZ ?? 'UTC', ...this.#options };
  }
  static supportedLocalesOf(locales) { return [].concat(locales ?? []); }
}

const oneOf = (value, values, name, kind) => {
  if (!values.includes(value)) throw new RangeError(`Value ${value} out of range for Intl.${kind} options property ${name}`);
  return value;
};

class ListFormat {
  #type;
  #style;
  #locale;
  constructor(locales, options = {}) {
    this.#locale = String([].concat(locales)[0] ?? 'en-US');
    this.#type = oneOf(options.type ?? 'conjunction', ['conjunction', 'disjunction', 'unit'], 'type', 'ListFormat');
    this.#style = oneOf(options.style ?? 'long', ['long', 'short', 'narrow'], 'style', 'ListFormat');
  }
  formatToParts(list) {
    const parts = [];
    const values = [...list];
    const isUnit = this.#type === 'unit';
    const between = isUnit && this.#style === 'narrow' ? ' ' : ', ';
    const word = this.#type === 'disjunction' ? 'or' : isUnit || this.#style === 'narrow' ? '' : this.#style === 'short' ? '&' : 'and';
    const last = word === '' ? between : values.length === 2 ? ` ${word} ` : `, ${word} `;
    values.forEach((value, index) => {
      if (typeof value !== 'string') throw new TypeError('Iterable yielded a non-String value');
      if (index > 0) parts.push({ type: 'literal', value: index === values.length - 1 ? last : between });
      parts.push({ type: 'element', value });
    });
    return parts;
  }
  format(list) { return this.formatToParts(list).map(({ value }) => value).join(''); }
  resolvedOptions() { return { locale: this.#locale, type: this.#type, style: this.#style }; }
  static supportedLocalesOf(locales) { return [].concat(locales ?? []); }
}

class PluralRules {
  #type;
  #locale;
  constructor(locales, options = {}) {
    this.#locale = String([].concat(locales)[0] ?? 'en-US');
    this.#type = oneOf(options.type ?? 'cardinal', ['cardinal', 'ordinal'], 'type', 'PluralRules');
  }
  select(number) {
    const value = Math.abs(Number(number));
    if (this.#type === 'cardinal') return value === 1 ? 'one' : 'other';
    const isTeen = value % 100 >= 11 && value % 100 <= 13;
    return (!isTeen && { 1: 'one', 2: 'two', 3: 'few' }[value % 10]) || 'other';
  }
  resolvedOptions() {
    return {
      locale: this.#locale, type: this.#type, minimumIntegerDigits: 1, minimumFractionDigits: 0, maximumFractionDigits: 3,
      pluralCategories: this.#type === 'cardinal' ? ['one', 'other'] : ['few', 'one', 'two', 'other'],
      roundingIncrement: 1, roundingMode: 'halfExpand', roundingPriority: 'auto', trailingZeroDisplay: 'auto',
    };
  }
  static supportedLocalesOf(locales) { return [].concat(locales ?? []); }
}

module.exports = {
  Segmenter, Collator, NumberFormat, DateTimeFormat, ListFormat, PluralRules,
  getCanonicalLocales: (locales) => [].concat(locales ?? []).map(String),
  supportedValuesOf: () => [],
};
Object.defineProperty(module.exports, Symbol.toStringTag, { __proto__: null, value: 'Intl', configurable: true });
