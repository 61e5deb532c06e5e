// The requests of `fetch`, made by wasi:http 0.2. Each of them waits until the host has answered, and nothing else
// runs in the instance meanwhile.
import { handle } from "{HANDLER}";
import { Fields, OutgoingBody, OutgoingRequest } from "{TYPES}";

// The most bytes of one read, by the protocol of `fetch`.
const MAX_READ = 65536n;

const { dispose } = Symbol;
// Bodies by the numbers of the protocol: those of requests that come in pieces, and of responses that are read.
const collecting = new Map();
const receiving = new Map();
let last = 0;

const wait = (source) => {
  const pollable = source.subscribe();
  pollable.block();
  pollable[dispose]();
};

const begin = (sent) => {
  const request = new OutgoingRequest(fieldsOf(sent));
  address(request, sent.method, sent.url);
  const outgoing = request.body();
  const stream = outgoing.write();
  return { url: sent.url, outgoing, stream, response: handle(request, undefined) };
};

// Nothing waits for a flush: a host may read on only when the response is read.
const send = ({ outgoing, stream }, bytes) => {
  for (let at = 0; at < bytes.length; ) {
    const room = Number(stream.checkWrite());
    const part = bytes.subarray(at, at + room);
    if (room === 0) wait(stream);
    else stream.write(part);
    at += part.length;
  }
  stream.flush();
  stream[dispose]();
  OutgoingBody.finish(outgoing, undefined);
};

// Waits for the response.
const respond = ({ url, response: future }) => {
  wait(future);
  const outcome = future.get().val;
  future[dispose]();
  if (outcome.tag === "err") throw failed(url, { payload: outcome.val });
  const response = outcome.val;
  const fields = response.headers();
  const headers = headersOf(fields.entries());
  fields[dispose]();
  const incoming = response.consume();
  const body = ++last;
  receiving.set(body, { url, response, incoming, stream: incoming.stream() });
  return { status: response.status(), statusText: "", headers, body };
};

const close = (number) => {
  const body = receiving.get(number);
  if (body === undefined) return;
  receiving.delete(number);
  // A stream is a child of its body, and that of its response.
  for (const part of [body.stream, body.incoming, body.response]) part[dispose]();
};

const NONE = new Uint8Array();

const exchange = (request) => {
  try {
    const begun = begin(request);
    try {
      send(begun, request.body ?? NONE);
    } catch (error) {
      // A host takes no more of what has failed, or was answered early. The response says which.
      if (error?.payload?.tag !== "closed") throw error;
      begun.stream[dispose]();
      begun.outgoing[dispose]();
    }
    return respond(begun);
  } catch (error) {
    throw error instanceof TypeError || error?.code === ACCESS_DENIED ? error : failed(request.url, error);
  }
};

const joined = (pieces) => {
  const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};

export const requests = {
  async fetch(request) {
    if (typeof request.body !== "number") return exchange(request);
    // The pieces follow. They are sent when all are there, since a host may take none before the response is read.
    const { promise, resolve, reject } = Promise.withResolvers();
    collecting.set(request.body, { request, pieces: [], resolve, reject });
    return promise;
  },
  async write(number, bytes) {
    collecting.get(number)?.pieces.push(bytes);
  },
  async end(number, error) {
    const found = collecting.get(number);
    if (found === undefined) return;
    collecting.delete(number);
    const { request, pieces, resolve, reject } = found;
    try {
      if (error !== undefined) throw failed(request.url, { message: error });
      resolve(exchange({ ...request, body: joined(pieces) }));
    } catch (reason) {
      reject(reason);
    }
  },
  async read(number) {
    const body = receiving.get(number);
    if (body === undefined) return undefined;
    try {
      for (;;) {
        const bytes = body.stream.blockingRead(MAX_READ);
        if (bytes.length > 0) return bytes;
      }
    } catch (error) {
      close(number);
      if (error?.payload?.tag === "closed") return undefined;
      throw failed(body.url, "the connection was lost");
    }
  },
  async cancel(number) {
    close(number);
  },
};
