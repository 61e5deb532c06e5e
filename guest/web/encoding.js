// `TextEncoder` and `TextDecoder` (Encoding Standard).
(native, need) => {
  const { required, dictionary } = need("idl");
  const { expose } = native;

  class TextEncoder {
    #brand;
    get encoding() {
      this.#brand;
      return "utf-8";
    }
    encode(input = "") {
      this.#brand;
      return native.encode(input);
    }
    encodeInto(source, destination) {
      this.#brand;
      required(arguments.length, 2, "TextEncoder.encodeInto");
      source = native.text(source);
      if (!native.isUint8Array(destination)) {
        throw new TypeError("The destination is not a Uint8Array");
      }
      const done = native.encodeInto(source, destination);
      return { read: done[0], written: done[1] };
    }
    static describe(encoder) {
      encoder.#brand;
      return { encoding: "utf-8" };
    }
  }
  const describeEncoder = TextEncoder.describe;
  delete TextEncoder.describe;

  class TextDecoder {
    #encoding;
    #decoder;
    #fatal;
    #ignoreBOM;
    constructor(label = "utf-8", options = undefined) {
      label = native.text(label);
      const { fatal, ignoreBOM } = dictionary(options, "TextDecoder");
      this.#fatal = !!fatal;
      this.#ignoreBOM = !!ignoreBOM;
      const made = native.decoder(label, this.#fatal, this.#ignoreBOM);
      if (made === undefined) throw new RangeError('The "' + label + '" encoding is not supported');
      this.#encoding = made[0];
      this.#decoder = made[1];
    }
    get encoding() { return this.#encoding; }
    get fatal() { return this.#fatal; }
    get ignoreBOM() { return this.#ignoreBOM; }
    decode(input = undefined, options = undefined) {
      const decoder = this.#decoder;
      const { stream } = dictionary(options, "TextDecoder.decode");
      return native.decode(decoder, input, !!stream);
    }
    static describe(decoder) {
      return {
        encoding: decoder.#encoding,
        fatal: decoder.#fatal,
        ignoreBOM: decoder.#ignoreBOM,
      };
    }
  }
  const { describe } = TextDecoder;
  delete TextDecoder.describe;

  expose(TextEncoder, { describe: describeEncoder });
  expose(TextDecoder, { describe });
  return { TextEncoder, TextDecoder };
};
