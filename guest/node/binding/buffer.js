(tools, internalBinding, require) => {
  const { decode, encode, write, utf8Length, compareBytes, indexOfBytes, swapBytes } = tools;
  const kMaxLength = 2 ** 32 - 1;
  const outOfRange = () => {
    const { ERR_OUT_OF_RANGE } = require("internal/errors").codes;
    return new ERR_OUT_OF_RANGE("index", "", undefined);
  };
  const tooLong = () => {
    const { ERR_STRING_TOO_LONG } = require("internal/errors").codes;
    return new ERR_STRING_TOO_LONG(0x1fffffe8);
  };
  const typed = (value) => {
    if (ArrayBuffer.isView(value)) return;
    const error = new TypeError("argument must be a buffer");
    error.code = "ERR_INVALID_ARG_TYPE";
    throw error;
  };
  const index = (value, missing) => {
    if (value === undefined) return missing;
    const number = Math.trunc(Number(value)) || 0;
    if (number < 0 || number > Number.MAX_SAFE_INTEGER) throw outOfRange();
    return number;
  };
  const slicer = (encoding) => (buffer, start, end) => {
    typed(buffer);
    const length = buffer.byteLength;
    if (length === 0) return "";
    start = index(start, 0);
    end = Math.min(index(end, length), length);
    if (end < start) end = start;
    if (start > length) throw outOfRange();
    if (end - start > 0x1fffffe8) throw tooLong();
    return decode(encoding, buffer, start, end);
  };
  const writer = (encoding) => (buffer, text, offset, length) => {
    typed(buffer);
    if (typeof text !== "string") {
      const { ERR_INVALID_ARG_TYPE } = require("internal/errors").codes;
      throw new ERR_INVALID_ARG_TYPE("argument", "string", text);
    }
    const at = index(offset, 0);
    const size = buffer.byteLength;
    if (at > size) {
      const { ERR_BUFFER_OUT_OF_BOUNDS } = require("internal/errors").codes;
      throw new ERR_BUFFER_OUT_OF_BOUNDS("offset");
    }
    const room = Math.min(index(length, size - at), size - at);
    return room === 0 ? 0 : write(encoding, buffer, text, at, room);
  };
  // The encodings by the numbers that `data` has of Node.js.
  const byNumber = ["ascii", "utf8", "base64", "utf16le", "latin1", "hex", "buffer", "base64url"];
  const bytesOf = (text, encoding) => new Uint8Array(encode(encoding, text));
  const find = (buffer, wanted, offset, isForward, step) => {
    const length = buffer.byteLength;
    let at = offset;
    if (at < 0) at += length;
    if (at < 0) {
      if (!isForward) return -1;
      at = 0;
    }
    if (wanted.length === 0) return Math.min(at, length);
    if (at > length) {
      if (isForward) return -1;
      at = length;
    }
    at -= at % step;
    if (length === 0 || wanted.length > length) return -1;
    return indexOfBytes(buffer, wanted, at, isForward, step);
  };
  const part = (source, start, length) => new Uint8Array(source.buffer, source.byteOffset + start, length);
  const slices = {}, writes = {};
  for (const [name, encoding] of [["ascii", "ascii"], ["base64", "base64"], ["base64url", "base64url"], ["latin1", "latin1"],
    ["hex", "hex"], ["ucs2", "utf16le"], ["utf8", "utf8"]]) {
    slices[`${name}Slice`] = slicer(encoding);
    writes[`${name}Write`] = writer(encoding);
  }
  return {
    ...slices,
    ...writes,
    asciiWriteStatic: writer("latin1"),
    latin1WriteStatic: writer("latin1"),
    utf8WriteStatic: writer("utf8"),
    kMaxLength,
    kStringMaxLength: 0x1fffffe8,
    byteLengthUtf8: utf8Length,
    setBufferPrototype() {},
    createUnsafeArrayBuffer: (size) => new ArrayBuffer(size),
    setDetachKey() {},
    getZeroFillToggle: () => undefined,
    compare: (a, b) => compareBytes(a, b),
    compareOffset(a, b, bStart, aStart, bLength, aLength) {
      if (aStart > a.byteLength) throw new (require("internal/errors").codes.ERR_OUT_OF_RANGE)("sourceStart", `<= ${a.byteLength}`, aStart);
      if (bStart > b.byteLength) throw new (require("internal/errors").codes.ERR_OUT_OF_RANGE)("targetStart", `<= ${b.byteLength}`, bStart);
      return compareBytes(part(a, aStart, Math.min(aLength, a.byteLength - aStart)), part(b, bStart, Math.min(bLength, b.byteLength - bStart)));
    },
    copy(source, target, targetStart, sourceStart, count) {
      part(target, 0, target.byteLength).set(part(source, sourceStart, count), targetStart);
      return count;
    },
    copyArrayBuffer(target, targetOffset, source, sourceOffset, count) {
      new Uint8Array(target, targetOffset, count).set(new Uint8Array(source, sourceOffset, count));
    },
    fill(buffer, value, start, end, encoding) {
      const size = buffer.byteLength;
      if (start > end) return undefined;
      if (start < 0 || end > size) return -2;
      const target = part(buffer, 0, size);
      if (typeof value === "number" || typeof value === "boolean") {
        target.fill(Number(value) & 255, start, end);
        return undefined;
      }
      const name = require("internal/util").normalizeEncoding(encoding) ?? "utf8";
      const pattern = typeof value === "string" ? bytesOf(value, name) : part(value, 0, value.byteLength);
      if (pattern.length === 0) return -1;
      let filled = Math.min(pattern.length, end - start);
      target.set(pattern.subarray(0, filled), start);
      while (filled < end - start) {
        const more = Math.min(filled, end - start - filled);
        target.copyWithin(start + filled, start, start + more);
        filled += more;
      }
      return undefined;
    },
    indexOfBuffer(buffer, wanted, offset, encoding, isForward) {
      const step = byNumber[encoding] === "utf16le" ? 2 : 1;
      return find(buffer, wanted, offset, isForward, step);
    },
    indexOfNumber(buffer, number, offset, isForward) {
      return find(buffer, new Uint8Array([number]), offset, isForward, 1);
    },
    indexOfString(buffer, text, offset, encoding, isForward) {
      const name = byNumber[encoding] ?? "utf8";
      return find(buffer, bytesOf(text, name), offset, isForward, name === "utf16le" ? 2 : 1);
    },
    swap16(buffer) { swapBytes(buffer, 2); return buffer; },
    swap32(buffer) { swapBytes(buffer, 4); return buffer; },
    swap64(buffer) { swapBytes(buffer, 8); return buffer; },
    isUtf8: (buffer) => tools.isUtf8(buffer),
    isAscii: (buffer) => tools.isAscii(buffer),
    // Negative numbers are what Node.js's JavaScript makes errors of.
    atob(text) {
      try {
        return atob(text);
      } catch {
        return -1;
      }
    },
    btoa(text) {
      try {
        return btoa(text);
      } catch {
        return -1;
      }
    },
    getCopyOfBuffer: (buffer) => buffer.slice(0),
  };
};
