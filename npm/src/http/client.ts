/** Carries out the requests of `fetch` with a function such as the host's own `fetch`. */

import type { AsyncHostFunction, FetchFunction, RequestContext } from "../options.js";
import { HTTP, type WireHeaders, type WireRequest, type WireResponse } from "../protocol.js";
import { lost } from "../requests.js";
import { describe, IncomingBodies, OutgoingBodies } from "./bodies.js";

/** Methods that can be repeated if it is not known whether the request was carried out. */
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];

/** Methods that are not requests for a resource: a tunnel, and echoes of headers. */
const FORBIDDEN = ["CONNECT", "TRACE", "TRACK"];

/** Headers that say where a request ends, or how the connection goes on: they belong to the host. */
const FRAMING = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Statuses without a body. */
const NO_BODY = [101, 103, 204, 205, 304];

/** The functions that answer the requests of one VM. */
export function httpHandlers(fetch: FetchFunction): Record<string, AsyncHostFunction> {
  const incoming = new IncomingBodies();
  const outgoing = new OutgoingBodies();
  return {
    [HTTP.fetch](this: RequestContext, request: WireRequest) {
      return send(fetch, request, this, incoming, outgoing);
    },
    [HTTP.read](this: RequestContext, id: number) {
      return incoming.read(id, this);
    },
    [HTTP.cancel](id: number) {
      incoming.cancel(id);
    },
    [HTTP.write](this: RequestContext, id: number, bytes: Uint8Array) {
      return outgoing.write(id, bytes, this);
    },
    [HTTP.end](id: number, error: string | undefined) {
      return outgoing.end(id, error);
    },
  };
}

async function send(
  fetch: FetchFunction,
  request: WireRequest,
  context: RequestContext,
  incoming: IncomingBodies,
  outgoing: OutgoingBodies,
): Promise<WireResponse> {
  const method = request.method || "GET";
  const { url, body } = request;
  const isStream = typeof body === "number";
  if (context.repeated && (isStream || !IDEMPOTENT.includes(method))) {
    throw lost(context);
  }
  // The VM refuses these as well, but the request comes from its memory.
  if (FORBIDDEN.includes(method.toUpperCase())) {
    throw new TypeError(`'${method}' is not a method that fetch can send`);
  }
  const init: RequestInit & { duplex?: "half" } = {
    method,
    headers: withoutFraming(request.headers),
    // The VM follows redirects itself, so that the function sees each URL.
    redirect: "manual",
    signal: context.signal,
  };
  if (isStream) {
    init.body = outgoing.open(body, context.signal);
    init.duplex = "half";
  } else if (body !== undefined && body !== null) {
    init.body = body as BodyInit;
  }
  try {
    let response = await fetch(url, init);
    if (response.type === "opaqueredirect") {
      // A browser does not show where it leads: it has to follow it.
      if (isStream || !IDEMPOTENT.includes(method)) {
        throw new TypeError("it redirects, and a browser does not tell where to");
      }
      response = await fetch(url, { ...init, redirect: "follow" });
    }
    return await answer(response, request, incoming);
  } catch (error) {
    throw failure(url, error);
  }
}

async function answer(response: Response, request: WireRequest, incoming: IncomingBodies): Promise<WireResponse> {
  let headers: WireHeaders = [...response.headers];
  // `fetch` has removed the codings.
  const isCoded = response.headers.has("content-encoding");
  if (isCoded && request.decode !== true) {
    headers = headers.filter(([name]) => name !== "content-encoding" && name !== "content-length");
  }
  const hasBody = response.body !== null && request.method !== "HEAD" && !NO_BODY.includes(response.status);
  return {
    status: response.status,
    statusText: response.statusText,
    headers,
    body: hasBody ? await incoming.open(response.body!) : undefined,
    decoded: isCoded && request.decode === true,
  };
}

function withoutFraming(headers: WireHeaders): Headers {
  const named = headers
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.split(","))
    .map((name) => name.trim().toLowerCase());
  const kept = new Headers();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!FRAMING.has(lower) && !named.includes(lower)) {
      kept.append(name, value);
    }
  }
  return kept;
}

/** What failed inside of the host's `fetch` says which URL; what a function refuses stays as it is. */
function failure(url: string, error: unknown): unknown {
  return error instanceof TypeError ? new TypeError(`fetch of ${url} failed: ${describe(error)}`) : error;
}
