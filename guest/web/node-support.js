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

  // Node.js's own, which have its encodings.
  let Buffer, StringDecoder;
  const use = (node) => {
    ({ Buffer, StringDecoder } = node);
  };

  // A view of what has bytes; text is encoded.
  const bytesOf = (value, encoding, name, isStrict = false) => {
    if (typeof value === "string" && !isStrict) return Buffer.from(value, encoding === "buffer" ? "utf8" : encoding);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (native.isBytes(value)) return new Uint8Array(value);
    const expected = isStrict
      ? "an instance of ArrayBuffer, Buffer, TypedArray, or DataView"
      : "of type string or an instance of Buffer, TypedArray, or DataView";
    throw typeError(name, expected, value);
  };
  // Bytes in an encoding of Node.js.
  const output = (bytes, encoding) => {
    const array = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    const buffer = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    return encoding === undefined || encoding === null || encoding === "buffer" ? buffer : buffer.toString(encoding);
  };
  // A function for pieces, which keeps what is left of a character or of three bytes of base64.
  const decoder = (encoding) => {
    const text = new StringDecoder(encoding);
    return (bytes, isLast) => (isLast ? text.end(bytes) : text.write(bytes));
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

  return { use, error, typeError, bytesOf, output, decoder, callback, later };
};
