// The state is a `Buffer` of seven bytes: up to four of a character that is not complete, how many of
// it are missing, how many are there, and the number of the encoding.
(tools) => {
  const kMissingBytes = 4, kBufferedBytes = 5, kEncodingField = 6;
  const encodings = ["ascii", "utf8", "base64", "utf16le", "latin1", "hex", "buffer", "base64url"];
  const [, UTF8, BASE64, UTF16, , , , BASE64_URL] = encodings.keys();
  const text = (state, bytes) =>
    bytes.length === 0 ? "" : tools.decode(encodings[state[kEncodingField]] === "buffer" ? "utf8" : encodings[state[kEncodingField]], bytes, 0, bytes.length);

  // How many bytes at the end belong to a character that is not complete, and how many it lacks.
  const incomplete = (encoding, bytes) => {
    const { length } = bytes;
    if (encoding === UTF8) {
      for (let back = 1; back <= Math.min(3, length); back++) {
        const byte = bytes[length - back];
        if ((byte & 0xc0) === 0x80) continue;
        const size = byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
        if (size <= back) return [0, 0];
        // What cannot become a character is not waited for.
        if (back >= 2) {
          const second = bytes[length - back + 1];
          if ((byte === 0xe0 && second < 0xa0) || (byte === 0xed && second > 0x9f) ||
              (byte === 0xf0 && second < 0x90) || (byte === 0xf4 && second > 0x8f)) return [0, 0];
        }
        return [back, size - back];
      }
      return [0, 0];
    }
    if (encoding === UTF16) {
      if (length % 2 === 1) {
        const isHigh = length >= 3 && (bytes[length - 2] & 0xfc) === 0xd8;
        return isHigh ? [3, 1] : [1, 1];
      }
      return length >= 2 && (bytes[length - 1] & 0xfc) === 0xd8 ? [2, 2] : [0, 0];
    }
    if (encoding === BASE64 || encoding === BASE64_URL) return length % 3 === 0 ? [0, 0] : [length % 3, 3 - (length % 3)];
    return [0, 0];
  };
  return {
    encodings,
    kIncompleteCharactersStart: 0,
    kIncompleteCharactersEnd: 4,
    kMissingBytes, kBufferedBytes, kEncodingField,
    kNumFields: 7,
    kSize: 7,
    decode(state, chunk) {
      const added = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const kept = state[kBufferedBytes];
      let bytes = added;
      if (kept > 0) {
        bytes = new Uint8Array(kept + added.length);
        bytes.set(state.subarray(0, kept));
        bytes.set(added, kept);
      }
      const [left, missing] = incomplete(state[kEncodingField], bytes);
      const end = bytes.length - left;
      state.set(bytes.subarray(end), 0);
      state[kBufferedBytes] = left;
      state[kMissingBytes] = missing;
      return text(state, bytes.subarray(0, end));
    },
    flush(state) {
      const kept = state[kBufferedBytes];
      // Half a code unit is dropped.
      const end = state[kEncodingField] === UTF16 ? kept - (kept % 2) : kept;
      const rest = text(state, state.subarray(0, end).slice());
      state[kBufferedBytes] = state[kMissingBytes] = 0;
      return rest;
    },
  };
};
