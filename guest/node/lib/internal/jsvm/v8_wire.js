'use strict';
// The wire format of V8's ValueSerializer, version 15, as far as its documentation and Node.js's own
// output show it.
const { Buffer } = require('buffer');
const { isDate, isRegExp, isMap, isSet, isNativeError, isBoxedPrimitive, isAnyArrayBuffer } = require('internal/util/types');
const VERSION = 15;
const cloneError = (value) => new DOMException(`${typeof value === 'symbol' ? String(value) : typeof value === 'function' ? String(value) : '#<Object>'} could not be cloned.`, 'DataCloneError');
const kinds = { Int8Array: 'b', Uint8Array: 'B', Uint8ClampedArray: 'C', Int16Array: 'w', Uint16Array: 'W', Int32Array: 'd', Uint32Array: 'D',
                Float16Array: 'h', Float32Array: 'f', Float64Array: 'F', BigInt64Array: 'q', BigUint64Array: 'Q', DataView: '?' };
const errors = { EvalError: 'E', RangeError: 'R', ReferenceError: 'F', SyntaxError: 'S', TypeError: 'T', URIError: 'U' };

class Serializer {
  #bytes = new Uint8Array(64);
  #length = 0;
  #ids = new Map();
  #transferred = new Map();
  #viewsAsHost = false;
  #room(count) {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
  #tag(tag) { this.#byte(tag.charCodeAt(0)); }
  #byte(byte) { this.#room(1); this.#bytes[this.#length++] = byte; }
  writeHeader() { this.#byte(0xff); this.#byte(VERSION); }
  writeUint32(value) { this.#varint(value >>> 0); }
  #varint(value) {
    while (value >= 0x80) {
      this.#byte((value % 0x80) | 0x80);
      value = Math.floor(value / 0x80);
    }
    this.#byte(value);
  }
  writeUint64(high, low) {
    let value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    while (value >= 0x80n) { this.#byte(Number(value & 0x7fn) | 0x80); value >>= 7n; }
    this.#byte(Number(value));
  }
  writeDouble(value) {
    this.#room(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }
  writeRawBytes(source) {
    const bytes = ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }
  releaseBuffer() {
    const released = Buffer.from(this.#bytes.buffer, 0, this.#length);
    this.#bytes = new Uint8Array(64);
    this.#length = 0;
    return released;
  }
  transferArrayBuffer(id, buffer) { this.#transferred.set(buffer, id); }
  _setTreatArrayBufferViewsAsHostObjects(flag) { this.#viewsAsHost = flag; }
  _getDataCloneError(message) { return new DOMException(message, 'DataCloneError'); }
  #string(text) {
    if (/^[\0-\xff]*$/.test(text)) {
      this.#tag('"');
      this.#varint(text.length);
      this.writeRawBytes(Buffer.from(text, 'latin1'));
    } else {
      this.#varintAligned(text.length * 2);
      this.writeRawBytes(Buffer.from(text, 'utf16le'));
    }
  }
  // Two-byte strings begin at an even offset.
  #varintAligned(count) {
    let size = 1;
    for (let rest = count; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    if ((this.#length + 1 + size) % 2 === 1) this.#byte(0);
    this.#tag('c');
    this.#varint(count);
  }
  #bigint(value) {
    const isNegative = value < 0n;
    let rest = isNegative ? -value : value;
    const digits = [];
    while (rest > 0n) { digits.push(Number(rest & 0xffn)); rest >>= 8n; }
    while (digits.length % 8 !== 0) digits.push(0);
    this.#varint(digits.length << 1 | (isNegative ? 1 : 0));
    this.writeRawBytes(new Uint8Array(digits));
  }
  #properties(object, keys) {
    let count = 0;
    for (const key of keys) {
      const index = typeof key === 'string' && /^(?:0|[1-9]\d{0,9})$/.test(key) ? Number(key) : NaN;
      if (index < 2 ** 32 - 1) this.writeValue(index); else this.#string(key);
      this.writeValue(object[key]);
      count++;
    }
    return count;
  }
  writeValue(value) {
    switch (typeof value) {
      case 'undefined': this.#tag('_'); return true;
      case 'boolean': this.#tag(value ? 'T' : 'F'); return true;
      case 'string': this.#string(value); return true;
      case 'bigint': this.#tag('Z'); this.#bigint(value); return true;
      case 'number':
        if (Number.isInteger(value) && !Object.is(value, -0) && value >= -(2 ** 30) && value < 2 ** 30) {
          this.#tag('I');
          this.#varint(((value << 1) ^ (value >> 31)) >>> 0);
        } else {
          this.#tag('N');
          this.writeDouble(value);
        }
        return true;
      case 'symbol': case 'function': throw this._getDataCloneError(cloneError(value).message);
    }
    if (value === null) { this.#tag('0'); return true; }
    const known = this.#ids.get(value);
    if (known !== undefined) { this.#tag('^'); this.#varint(known); return true; }
    if (ArrayBuffer.isView(value)) {
      if (this.#viewsAsHost) { this.#ids.set(value, this.#ids.size); return this.#host(value); }
      if (!this.#ids.has(value.buffer)) this.writeValue(value.buffer);
    }
    this.#ids.set(value, this.#ids.size);
    if (Array.isArray(value)) {
      const { length } = value;
      const isDense = Object.keys(value).length >= length && Array.from({ length }, (_, i) => i in value).every(Boolean);
      const extra = Object.keys(value).filter((key) => !(Number(key) < length && String(Number(key)) === key));
      if (isDense) {
        this.#tag('A'); this.#varint(length);
        for (let index = 0; index < length; index++) this.writeValue(value[index]);
        const count = this.#properties(value, extra);
        this.#tag('$'); this.#varint(count); this.#varint(length);
      } else {
        this.#tag('a'); this.#varint(length);
        const count = this.#properties(value, Object.keys(value));
        this.#tag('@'); this.#varint(count); this.#varint(length);
      }
    } else if (isDate(value)) { this.#tag('D'); this.writeDouble(value.getTime());
    } else if (isRegExp(value)) {
      this.#tag('R'); this.#string(value.source);
      
      const bits = { g: 1, i: 2, m: 4, y: 8, u: 16, s: 32, d: 128, v: 256 };
      this.#varint([...value.flags].reduce((all, flag) => all | (bits[flag] ?? 0), 0));
    } else if (isMap(value)) {
      this.#tag(';');
      const entries = [...Map.prototype.entries.call(value)];
      for (const { 0: key, 1: item } of entries) { this.writeValue(key); this.writeValue(item); }
      this.#tag(':'); this.#varint(entries.length * 2);
    } else if (isSet(value)) {
      this.#tag("'");
      const items = [...Set.prototype.values.call(value)];
      for (const item of items) this.writeValue(item);
      this.#tag(','); this.#varint(items.length);
    } else if (isAnyArrayBuffer(value)) {
      const id = this.#transferred.get(value);
      if (id !== undefined) { this.#tag('t'); this.#varint(id); } else { this.#tag('B'); this.#varint(value.byteLength); this.writeRawBytes(value); }
    } else if (ArrayBuffer.isView(value)) {
      this.#tag('V'); this.#tag(kinds[value[Symbol.toStringTag]] ?? '?');
      this.#varint(value.byteOffset); this.#varint(value.byteLength); this.#varint(0);
    } else if (isNativeError(value)) {
      this.#tag('r');
      if (errors[value.name]) this.#tag(errors[value.name]);
      if (Object.hasOwn(value, 'message')) { this.#tag('m'); this.#string(String(value.message)); }
      if (Object.hasOwn(value, 'cause')) { this.#tag('c'); this.writeValue(value.cause); }
      if (typeof value.stack === 'string') { this.#tag('s'); this.#string(value.stack); }
      this.#tag('.');
    } else if (isBoxedPrimitive(value)) {
      const inner = value.valueOf();
      if (typeof inner === 'boolean') this.#tag(inner ? 'y' : 'x');
      else if (typeof inner === 'number') { this.#tag('n'); this.writeDouble(inner); }
      else if (typeof inner === 'bigint') { this.#tag('z'); this.#bigint(inner); }
      else if (typeof inner === 'string') { this.#tag('s'); this.#string(inner); }
      else throw this._getDataCloneError(cloneError(value).message);
    } else if (typeof value.constructor === 'function' && /^(?:Promise|WeakMap|WeakSet|WeakRef|Generator)$/.test(Object.prototype.toString.call(value).slice(8, -1))) {
      throw this._getDataCloneError(`#<${value.constructor.name}> could not be cloned.`);
    } else {
      this.#tag('o');
      const count = this.#properties(value, Object.keys(value));
      this.#tag('{'); this.#varint(count);
    }
    return true;
  }
  #host(value) {
    this.#tag('\\');
    if (typeof this._writeHostObject !== 'function') throw this._getDataCloneError(cloneError(value).message);
    this._writeHostObject(value);
    return true;
  }
}

class Deserializer {
  #bytes;
  #view;
  #at = 0;
  #objects = [];
  #transferred = new Map();
  #version = 0;
  constructor(buffer) {
    if (!ArrayBuffer.isView(buffer)) {
      const { ERR_INVALID_ARG_TYPE } = require('internal/errors').codes;
      throw new ERR_INVALID_ARG_TYPE('buffer', ['Buffer', 'TypedArray', 'DataView'], buffer);
    }
    this.buffer = buffer;
    this.#bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }
  #fail() { return new Error('Unable to deserialize cloned data.'); }
  #byte() {
    if (this.#at >= this.#bytes.length) throw this.#fail();
    return this.#bytes[this.#at++];
  }
  readHeader() {
    if (this.#byte() !== 0xff) throw this.#fail();
    this.#version = this.#varint();
    if (this.#version > VERSION) throw this.#fail();
    return true;
  }
  getWireFormatVersion() { return this.#version; }
  transferArrayBuffer(id, buffer) { this.#transferred.set(id, buffer); }
  #varint() {
    let value = 0;
    for (let scale = 1, byte; ; scale *= 0x80) {
      byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
  readUint32() { return this.#varint() >>> 0; }
  readUint64() {
    let value = 0n;
    for (let shift = 0n, byte; ; shift += 7n) {
      byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return [Number(value >> 32n), Number(value & 0xffffffffn)];
    }
  }
  readDouble() {
    if (this.#at + 8 > this.#bytes.length) throw this.#fail();
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }
  _readRawBytes(length) {
    if (this.#at + length > this.#bytes.length) throw this.#fail();
    const at = this.#at;
    this.#at += length;
    return at;
  }
  readRawBytes(length) {
    const at = this._readRawBytes(length);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + at, length);
  }
  #bigint() {
    const bits = this.#varint();
    const count = bits >> 1;
    const bytes = this.readRawBytes(count);
    let value = 0n;
    for (let index = count - 1; index >= 0; index--) value = value << 8n | BigInt(bytes[index]);
    return bits & 1 ? -value : value;
  }
  #tag() {
    let byte;
    do byte = this.#byte(); while (byte === 0);
    return String.fromCharCode(byte);
  }
  #keep(object) { this.#objects.push(object); return object; }
  #properties(object, end) {
    for (let count = 0; ; count++) {
      const tag = this.#tag();
      if (tag === end) {
        if (this.#varint() !== count) throw this.#fail();
        return;
      }
      const key = this.#value(tag);
      Object.defineProperty(object, key, { __proto__: null, value: this.readValue(), writable: true, enumerable: true, configurable: true });
    }
  }
  readValue() { return this.#value(this.#tag()); }
  #value(tag) {
    switch (tag) {
      case '_': return undefined;
      case '0': return null;
      case 'T': return true;
      case 'F': return false;
      case 'I': { const value = this.#varint(); return (value >>> 1) ^ -(value & 1); }
      case 'U': return this.#varint();
      case 'N': return this.readDouble();
      case 'Z': return this.#bigint();
      case '"': return this.readRawBytes(this.#varint()).toString('latin1');
      case 'c': return this.readRawBytes(this.#varint()).toString('utf16le');
      case 'S': return this.readRawBytes(this.#varint()).toString('utf8');
      case '^': {
        const id = this.#varint();
        if (id >= this.#objects.length) throw this.#fail();
        return this.#maybeView(this.#objects[id]);
      }
      case 'o': { const object = this.#keep({}); this.#properties(object, '{'); return object; }
      case 'A': {
        const length = this.#varint();
        if (length > this.#bytes.length - this.#at) throw this.#fail();
        const array = this.#keep([]);
        for (let index = 0; index < length; index++) array.push(this.readValue());
        this.#properties(array, '$');
        this.#varint();
        return array;
      }
      case 'a': {
        const length = this.#varint();
        const array = this.#keep([]);
        array.length = length;
        this.#properties(array, '@');
        this.#varint();
        return array;
      }
      case 'D': return this.#keep(new Date(this.readDouble()));
      case 'R': {
        const source = this.readValue();
        const bits = this.#varint();
        const flags = [['g', 1], ['i', 2], ['m', 4], ['y', 8], ['u', 16], ['s', 32], ['d', 128], ['v', 256]];
        return this.#keep(new RegExp(source, flags.filter(([, bit]) => bits & bit).map(([flag]) => flag).join('')));
      }
      case ';': {
        const map = this.#keep(new Map());
        for (let count = 0, next; ; count += 2) {
          next = this.#tag();
          if (next === ':') { if (this.#varint() !== count) throw this.#fail(); return map; }
          const key = this.#value(next);
          map.set(key, this.readValue());
        }
      }
      case "'": {
        const set = this.#keep(new Set());
        for (let count = 0, next; ; count++) {
          next = this.#tag();
          if (next === ',') { if (this.#varint() !== count) throw this.#fail(); return set; }
          set.add(this.#value(next));
        }
      }
      case 'B': {
        const length = this.#varint();
        const at = this._readRawBytes(length);
        return this.#maybeView(this.#keep(this.#bytes.slice(at, at + length).buffer));
      }
      case 't': return this.#maybeView(this.#keep(this.#transferred.get(this.#varint())));
      case 'y': return this.#keep(new Boolean(true));
      case 'x': return this.#keep(new Boolean(false));
      case 'n': return this.#keep(new Number(this.readDouble()));
      case 'z': return this.#keep(Object(this.#bigint()));
      case 's': return this.#keep(new String(this.readValue()));
      case 'r': return this.#error();
      case '\\': {
        if (typeof this._readHostObject !== 'function') throw this.#fail();
        const at = this.#objects.length;
        this.#keep(undefined);
        return (this.#objects[at] = this._readHostObject());
      }
    }
    throw this.#fail();
  }
  #error() {
    const at = this.#objects.length;
    this.#keep(undefined);
    let Class = Error, message, stack, cause, hasCause = false;
    for (;;) {
      const tag = this.#tag();
      const name = Object.keys(errors).find((key) => errors[key] === tag);
      if (name) Class = globalThis[name];
      else if (tag === 'm') message = this.readValue();
      else if (tag === 's') stack = this.readValue();
      else if (tag === 'c') { cause = this.readValue(); hasCause = true; } else if (tag === '.') break;
      else throw this.#fail();
    }
    const error = new Class(message, hasCause ? { cause } : undefined);
    if (stack !== undefined) Object.defineProperty(error, 'stack', { __proto__: null, value: stack, writable: true, configurable: true });
    return (this.#objects[at] = error);
  }
  // A view follows its buffer.
  #maybeView(buffer) {
    if (!isAnyArrayBuffer(buffer) || this.#bytes[this.#at] !== 0x56) return buffer;
    this.#at++;
    const tag = String.fromCharCode(this.#byte());
    const kind = Object.keys(kinds).find((name) => kinds[name] === tag);
    const offset = this.#varint(), length = this.#varint();
    if (this.#version >= 14) this.#varint();
    const Class = globalThis[kind];
    if (Class === undefined) throw this.#fail();
    return this.#keep(new Class(buffer, offset, length / (Class.BYTES_PER_ELEMENT ?? 1)));
  }
}

// As Node.js does it: views are host objects, of which a `Buffer` is the most common.
const classes = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, DataView, Buffer,
                 BigInt64Array, BigUint64Array];
class DefaultSerializer extends Serializer {
  constructor() {
    super();
    this._setTreatArrayBufferViewsAsHostObjects(true);
  }
  _writeHostObject(view) {
    const Class = Buffer.isBuffer(view) ? Buffer : globalThis[view[Symbol.toStringTag]];
    const index = classes.indexOf(Class);
    if (index === -1) throw this._getDataCloneError(`Unserializable host object: ${view}`);
    this.writeUint32(index);
    this.writeUint32(view.byteLength);
    this.writeRawBytes(view);
  }
}
class DefaultDeserializer extends Deserializer {
  _readHostObject() {
    const Class = classes[this.readUint32()];
    const length = this.readUint32();
    const bytes = this.readRawBytes(length);
    if (Class === undefined) throw new Error('Unable to deserialize cloned data.');
    if (Class === Buffer) return Buffer.from(bytes);
    const { buffer } = new Uint8Array(bytes);
    return new Class(buffer, 0, length / (Class.BYTES_PER_ELEMENT ?? 1));
  }
}
module.exports = { Serializer, Deserializer, DefaultSerializer, DefaultDeserializer };
