(async () => {
  const collect = async (stream) => {
    const all = [];
    for await (const chunk of stream) all.push(chunk);
    return all;
  };
  // Reading.
  const log = [];
  const source = new ReadableStream({
    start(controller) { log.push("start", controller.desiredSize); },
    pull(controller) {
      log.push("pull");
      controller.enqueue(log.length);
      if (log.length > 5) controller.close();
    },
    cancel(reason) { log.push("cancel", reason); },
  }, new CountQueuingStrategy({ highWaterMark: 2 }));
  console.log(source.locked, await collect(source), log.join(), source.locked);
  const cancelled = new ReadableStream({ cancel: (reason) => log.push(reason) });
  await cancelled.cancel("why");
  console.log(log.at(-1));
  const reader = ReadableStream.from([1, 2, 3]).getReader();
  console.log(await reader.read(), await reader.read(), await reader.read(), await reader.read());
  reader.releaseLock();
  try { await reader.read(); } catch (error) { console.log(error instanceof TypeError); }
  console.log(await collect(ReadableStream.from((async function* () { yield "a"; yield "b"; })())));

  // Breaking off cancels.
  let ended = "not";
  for await (const chunk of new ReadableStream({ pull: (c) => c.enqueue(1), cancel: () => { ended = "cancelled"; } })) break;
  console.log(ended);
  const kept = new ReadableStream({ pull: (c) => c.enqueue(1) });
  for await (const chunk of kept.values({ preventCancel: true })) break;
  console.log((await kept.getReader().read()).value);

  // Errors.
  const broken = new ReadableStream({ start: (c) => c.error(new RangeError("broken")) });
  await broken.getReader().read().catch((error) => console.log(error.name, error.message));
  await collect(new ReadableStream({ pull() { throw new SyntaxError("in pull"); } })).catch((error) => console.log(error.message));
  try { new ReadableStream({ type: "nonsense" }); } catch (error) { console.log(error instanceof TypeError); }

  // Two of one.
  const [one, two] = ReadableStream.from(["x", "y"]).tee();
  console.log(await collect(one), await collect(two));

  // Bytes.
  const bytes = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { view } = controller.byobRequest;
      view[0] = 7;
      controller.byobRequest.respond(1);
    },
  });
  const byob = bytes.getReader({ mode: "byob" });
  const { value, done } = await byob.read(new Uint8Array(4));
  console.log(value, done, value.buffer.byteLength, byob instanceof ReadableStreamBYOBReader);

  // Writing, with back-pressure.
  const written = [];
  const sink = new WritableStream({
    write(chunk) { written.push(chunk); },
    close() { written.push("close"); },
    abort(reason) { written.push("abort", reason); },
  }, new ByteLengthQueuingStrategy({ highWaterMark: 4 }));
  const writer = sink.getWriter();
  console.log(writer.desiredSize);
  writer.write(new Uint8Array(3));
  console.log(writer.desiredSize);
  await writer.ready;
  await writer.close();
  console.log(written.length, written[1], writer instanceof WritableStreamDefaultWriter);
  const aborted = new WritableStream({ abort: (reason) => written.push(reason) });
  await aborted.abort("stop");
  console.log(written.at(-1), await aborted.getWriter().closed.catch((reason) => reason));

  // Through.
  const upper = () => new TransformStream({
    transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()),
    flush: (controller) => controller.enqueue("!"),
  });
  console.log(await collect(ReadableStream.from(["a", "b"]).pipeThrough(upper())));
  console.log(await collect(ReadableStream.from(["a"]).pipeThrough(new TransformStream())));

  // A pipe that is aborted.
  const controller = new AbortController();
  const pipe = new ReadableStream({ cancel: (reason) => console.log("source", reason.name) })
    .pipeTo(new WritableStream({ abort: (reason) => console.log("sink", reason.name) }), { signal: controller.signal });
  controller.abort();
  await pipe.catch((error) => console.log("pipe", error.name, error === controller.signal.reason));
  const late = ReadableStream.from([1]).pipeTo(new WritableStream(), { signal: AbortSignal.abort("early") });
  await late.catch((error) => console.log(error));

  // Text.
  console.log((await collect(ReadableStream.from(["a\ud83d", "\ude00", "\ud800"]).pipeThrough(new TextEncoderStream()))).map((c) => c.join(" ")));
  const pieces = [[0xe2], [0x82, 0xac, 0x61], [0xf0]].map((piece) => new Uint8Array(piece));
  console.log(await collect(ReadableStream.from(pieces).pipeThrough(new TextDecoderStream())));
  await collect(ReadableStream.from([new Uint8Array([0xff])]).pipeThrough(new TextDecoderStream("utf-8", { fatal: true })))
    .catch((error) => console.log(error instanceof TypeError));
  const decoder = new TextDecoderStream("latin1", { ignoreBOM: true });
  console.log(decoder.encoding, decoder.fatal, decoder.ignoreBOM, new TextEncoderStream().encoding);

  // Names.
  for (const made of [source, sink, upper(), new TextEncoderStream(), decoder, new CountQueuingStrategy({ highWaterMark: 1 })]) {
    console.log(Object.prototype.toString.call(made), made.constructor.name, Object.keys(Object.getPrototypeOf(made)).length > 0);
  }
  console.log(source instanceof ReadableStream, upper().readable instanceof ReadableStream, upper().writable instanceof WritableStream);
  for (const wrong of [
    () => ReadableStream(), () => new ReadableStreamDefaultReader(), () => new ReadableStreamDefaultController(),
    () => new WritableStreamDefaultWriter({}), () => new TextDecoderStream("utf-8", 1), () => WritableStream.prototype.getWriter.call({}),
    () => Object.getOwnPropertyDescriptor(TextEncoderStream.prototype, "readable").get.call({}),
  ]) {
    try {
      wrong();
      console.log("nothing was thrown");
    } catch (error) {
      console.log(error instanceof TypeError);
    }
  }
})().catch((error) => console.log("failed", error));
