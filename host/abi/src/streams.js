// What streams need. Gets functions in Rust; returns functions for Rust.
const { read, cancel, isOpen, write, close, fail } = natives;
const { ReadableStream } = globalThis;
// The ends of which streams were made.
const ends = new WeakMap();

const isChunk = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

return {
  readable(end, isBytes) {
    const stream = new ReadableStream(
      {
        async pull(controller) {
          let items;
          do items = await read(end);
          while (items?.length === 0);
          if (items === undefined) controller.close();
          else if (isBytes) controller.enqueue(items);
          else for (const item of items) controller.enqueue(item);
        },
        cancel: () => cancel(end),
      },
      // Nothing is read before the program asks for it.
      { highWaterMark: 0 },
    );
    ends.set(stream, end);
    return stream;
  },

  endOf: (stream) => (stream.locked ? undefined : ends.get(stream)),
  // Its end was passed on.
  lock: (stream) => stream.getReader(),

  async pump(end, source) {
    // Nothing runs before the values around are passed.
    await undefined;
    if (!isOpen(end)) return;
    let hasReader = true;
    try {
      // Items that are there are written together.
      if (ArrayBuffer.isView(source) || (Array.isArray(source) && !source.some(isChunk))) {
        await write(end, source, true);
      } else {
        for await (const chunk of source) {
          hasReader = await write(end, chunk, false);
          if (!hasReader) break;
        }
      }
    } catch (error) {
      // What the source throws when nobody reads it any more has no effect on the caller.
      if (!hasReader) throw error;
      fail(end, error);
    }
    close(end);
  },
};
