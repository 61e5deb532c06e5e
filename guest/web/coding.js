// Content codings of responses (RFC 9110, Fetch): bodies are decoded while they are read.
(native, need) => {
  const bodies = need("body");
  const { size } = bodies.helpers;
  const TypeErrorOfEngine = TypeError;

  // A source of what another source has, decoded. `failed(message)` is an error.
  const decoding = (source, codec, failed) => {
    let chunk, at = 0, length = 0, isEnded = false;
    const output = () => {
      try {
        return native.nextOutput(codec);
      } catch (error) {
        const reason = error instanceof TypeErrorOfEngine ? failed(error.message) : error;
        source.cancel(reason);
        throw reason;
      }
    };
    return {
      __proto__: null,
      read: async () => {
        for (;;) {
          const piece = output();
          if (piece !== undefined) return piece;
          if (at < length) {
            at = native.feed(codec, chunk, at);
          } else if (isEnded) {
            return undefined;
          } else {
            chunk = await source.read();
            at = length = 0;
            if (chunk === undefined) {
              isEnded = true;
              native.endInput(codec);
            } else {
              length = size(chunk);
            }
          }
        }
      },
      cancel: (reason) => source.cancel(reason),
    };
  };

  // The body of a response as its headers say that it is encoded; the body itself if a coding is not
  // known.
  const decoded = (body, pairs, failed) => {
    let names = "";
    for (let i = 0; i < pairs.length; i++) {
      if (pairs[i][0] === "content-encoding") names += pairs[i][1] + ",";
    }
    const decoders = native.contentDecoders(names);
    if (decoders === undefined || decoders.length === 0) return body;
    let source = body.source ?? bodies.ofBytes(body.bytes);
    for (let i = 0; i < decoders.length; i++) source = decoding(source, decoders[i], failed);
    return bodies.make({ source, decoded: true });
  };
  return { decoded };
};
