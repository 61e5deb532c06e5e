// The requests of `fetch`, made by wasi:http 0.3. Other calls go on meanwhile.
import { send } from "{HANDLER}";
import { Fields, Request, Response } from "{TYPES}";

// Bodies by the numbers of the protocol: requests that are sent, and responses that are read.
const sending = new Map();
const receiving = new Map();
let last = 0;

// Passes pieces from `write` to a generator, one at a time.
const channel = () => {
  let tail = Promise.withResolvers();
  let head = tail.promise;
  let isOver = false;
  const trailers = Promise.withResolvers();
  const put = (item) => {
    const { resolve } = tail;
    tail = Promise.withResolvers();
    resolve({ ...item, rest: tail.promise });
  };
  return {
    trailers: trailers.promise,
    async write(bytes) {
      if (isOver) throw new TypeError("the request is over");
      const { promise, resolve } = Promise.withResolvers();
      put({ bytes, taken: resolve });
      await promise;
    },
    // An error is in the place of trailers, which tells the host that the body is incomplete.
    end(error) {
      if (error === undefined) trailers.resolve(undefined);
      else trailers.reject(Object.assign(new Error(error), { payload: { tag: "internal-error", val: error } }));
      put({ isLast: true });
    },
    async *pieces() {
      let item;
      try {
        for (;;) {
          item = await head;
          if (item.isLast) return;
          yield item.bytes;
          item.taken();
          head = item.rest;
        }
      } finally {
        isOver = true;
        item?.taken?.();
      }
    },
  };
};

const respond = (url, response) => {
  const status = response.getStatusCode();
  const headers = headersOf(response.getHeaders().copyAll());
  const [stream, trailers] = Response.consumeBody(response, undefined);
  trailers.catch(() => {});
  const body = ++last;
  receiving.set(body, { url, reader: stream.getReader(), trailers });
  return { status, statusText: "", headers, body };
};

export const requests = {
  async fetch(sent, options) {
    const { url, body } = sent;
    try {
      let contents = body;
      let trailers;
      if (typeof body === "number") {
        const pieces = channel();
        sending.set(body, pieces);
        contents = pieces.pieces();
        trailers = pieces.trailers;
      }
      const [request, transmitted] = Request.new(fieldsOf(sent), contents, trailers, undefined);
      transmitted.catch(() => {});
      address(request, sent.method, url);
      return respond(url, await send(request, { signal: options?.signal }));
    } catch (error) {
      throw error?.payload === undefined ? error : failed(url, error);
    }
  },
  async write(number, bytes) {
    await sending.get(number)?.write(bytes);
  },
  async end(number, error) {
    sending.get(number)?.end(error);
    sending.delete(number);
  },
  async read(number) {
    const body = receiving.get(number);
    if (body === undefined) return undefined;
    const { done, value } = await body.reader.read();
    if (!done) return value;
    receiving.delete(number);
    try {
      await body.trailers;
    } catch (error) {
      throw failed(body.url, error);
    }
    return undefined;
  },
  async cancel(number) {
    const body = receiving.get(number);
    receiving.delete(number);
    await body?.reader.cancel();
  },
};
