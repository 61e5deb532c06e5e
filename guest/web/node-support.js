// What the parts of `node:crypto` have in common: errors, encodings and callbacks.
(native, need) => {
  const error = (Class, code, message, cause) => {
    const thrown = new Class(message, cause === undefined ? undefined : { cause });
    thrown.code = code;
    return thrown;
  };
  const shown = (value) =>
    value === null || value === undefined ? String(value)
      : typeof value === "function" ? "function " + value.name
      : typeof value === "object" ? "an instance of " + (value.constructor?.name ?? "Object")
      : "type " + typeof value + " (" + String(value) + ")";
  const typeError = (name, expected, value) =>
    error(TypeError, "ERR_INVALID_ARG_TYPE", 'The "' + name + '" argument must be ' + expected + ". Received " + shown(value));

  const { TextDecoder, TextEncoder } = need("encoding");
  const utf8 = new TextEncoder();
  const hexDigits = "0123456789abcdef";

  // Text as bytes, in an encoding of Node.js.
  const encoded = (text, encoding = "utf8") => {
    const { Buffer } = globalThis;
    switch (String(encoding).toLowerCase()) {
      case "utf8": case "utf-8": case "buffer": return utf8.encode(text);
      case "hex": {
        const length = text.length >> 1, bytes = new Uint8Array(length);
        for (let i = 0; i < length; i++) {
          const high = hexDigits.indexOf(text[2 * i].toLowerCase()), low = hexDigits.indexOf(text[2 * i + 1].toLowerCase());
          if (high < 0 || low < 0) return bytes.slice(0, i);
          bytes[i] = 16 * high + low;
        }
        return bytes;
      }
      case "base64": case "base64url": return native.fromBase64(text);
      case "latin1": case "binary": case "ascii": return Uint8Array.from(text, (unit) => unit.charCodeAt(0) & 0xff);
      case "ucs2": case "ucs-2": case "utf16le": case "utf-16le": {
        const bytes = new Uint8Array(2 * text.length);
        for (let i = 0; i < text.length; i++) {
          const unit = text.charCodeAt(i);
          bytes[2 * i] = unit & 0xff;
          bytes[2 * i + 1] = unit >> 8;
        }
        return bytes;
      }
      default:
        if (typeof Buffer === "function") return Buffer.from(text, encoding);
        throw error(TypeError, "ERR_UNKNOWN_ENCODING", "Unknown encoding: " + encoding);
    }
  };
  // A view of what has bytes; text is encoded.
  const bytesOf = (value, encoding, name, isStrict = false) => {
    if (typeof value === "string" && !isStrict) return encoded(value, encoding);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (native.isBytes(value)) return new Uint8Array(value);
    const expected = isStrict
      ? "an instance of ArrayBuffer, Buffer, TypedArray, or DataView"
      : "of type string or an instance of Buffer, TypedArray, or DataView";
    throw typeError(name, expected, value);
  };

  const asBuffer = (bytes) => {
    const { Buffer } = globalThis;
    const array = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    return typeof Buffer === "function" && typeof Buffer.from === "function"
      ? Buffer.from(array.buffer, array.byteOffset, array.byteLength) : array;
  };
  const latin1 = (bytes) => {
    let text = "";
    for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
    return text;
  };
  // Bytes in an encoding of Node.js.
  const output = (bytes, encoding) => {
    if (encoding === undefined || encoding === null || encoding === "buffer") return asBuffer(bytes);
    const array = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    switch (String(encoding).toLowerCase()) {
      case "hex": {
        let text = "";
        for (let i = 0; i < array.length; i++) text += hexDigits[array[i] >> 4] + hexDigits[array[i] & 15];
        return text;
      }
      case "base64": return native.toBase64(array);
      case "base64url": return native.toBase64Url(array);
      case "latin1": case "binary": case "ascii": return latin1(array);
      case "utf8": case "utf-8": return new TextDecoder("utf-8", { ignoreBOM: true }).decode(array);
      case "ucs2": case "ucs-2": case "utf16le": case "utf-16le": return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(array);
      default: throw error(TypeError, "ERR_UNKNOWN_ENCODING", "Unknown encoding: " + encoding);
    }
  };
  // A function for pieces, which keeps what is left of a character or of three bytes of base64.
  const decoder = (encoding) => {
    const name = String(encoding).toLowerCase();
    if (name === "utf8" || name === "utf-8") {
      const text = new TextDecoder("utf-8", { ignoreBOM: true });
      return (bytes, isLast) => text.decode(bytes, { stream: !isLast });
    }
    const unit = name === "base64" || name === "base64url" ? 3 : name.startsWith("u") ? 2 : 1;
    let rest = new Uint8Array(0);
    return (bytes, isLast) => {
      const all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
      const whole = isLast ? all.length : all.length - (all.length % unit);
      rest = all.slice(whole);
      return output(all.subarray(0, whole), encoding);
    };
  };

  const callback = (done) => {
    if (typeof done !== "function") throw typeError("callback", "of type function", done);
    return done;
  };
  // Calls a callback in a task of its own if there are timers, else in a job.
  const later = (done, ...args) => {
    const { setTimeout } = globalThis;
    if (typeof setTimeout === "function") setTimeout(() => done(...args), 0);
    else Promise.resolve().then(() => done(...args));
  };

  return { error, typeError, encoded, bytesOf, asBuffer, output, decoder, callback, later };
};
