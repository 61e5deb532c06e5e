// `fetch` (Fetch), as far as a client goes that is no page: redirects are followed here, hop by hop.
(native, need) => {
  const bodies = need("body");
  const http = need("http");
  const { Request, internals: requestOf } = need("request");
  const { make: respond } = need("response").internals;
  const { P, ignore, settled } = bodies;
  const { dataUrl, encode, latin1 } = bodies.helpers;
  const Weak = WeakRef;
  const AnyError = Error;
  const { defineProperty } = Object;
  const isError = (value) => typeof value === "object" && value !== null && value instanceof AnyError;

  const LIMIT = 20;
  const REDIRECT = { __proto__: null, 301: 1, 302: 1, 303: 1, 307: 1, 308: 1 };
  const NULL_BODY = { __proto__: null, 101: 1, 103: 1, 204: 1, 205: 1, 304: 1 };
  const OF_BODY = {
    __proto__: null,
    "content-encoding": 1,
    "content-language": 1,
    "content-length": 1,
    "content-location": 1,
    "content-type": 1,
  };
  const OF_ORIGIN = { __proto__: null, authorization: 1, cookie: 1, host: 1, "proxy-authorization": 1 };

  const find = (pairs, name) => {
    for (let i = 0; i < pairs.length; i++) if (pairs[i][0] === name) return pairs[i][1];
  };
  const without = (pairs, names) => {
    const kept = { __proto__: null, length: 0 };
    for (let i = 0; i < pairs.length; i++) if (!names[pairs[i][0]]) kept[kept.length++] = pairs[i];
    return kept;
  };
  const failed = (url, reason) => new TypeError("fetch of " + url + " failed: " + reason);

  // The record of a URL without its fragment, and what is asked of it.
  const { URL } = need("url");
  const members = { __proto__: null };
  for (const name of ["href", "origin", "protocol", "hash"]) {
    members[name] = Object.getOwnPropertyDescriptor(URL.prototype, name);
  }
  const get = (url, name) => native.apply(members[name].get, url);
  const parse = (text, base) => {
    const url = new URL(text, base);
    native.apply(members.hash.set, url, "");
    return url;
  };

  const dataResponse = (url) => {
    const found = dataUrl(get(url, "href"));
    if (found === undefined) throw failed("the data: URL", "it is malformed");
    return respond({
      __proto__: null,
      type: "basic",
      status: 200,
      statusText: "OK",
      url: get(url, "href"),
      pairs: [["content-type", found[0]]],
      fixed: true,
      body: bodies.whole(found[1]),
    });
  };

  // Makes `fetch`. The network is behind `requests`.
  return (requests) => {
    // One hop. `body` is bytes, a source, or nothing; one that is sent by pieces gets a
    // function `stop(reason)`. `onAbort(run)` has something run when the
    // signal is aborted.
    const send = (method, url, pairs, body, signal, onAbort) => {
      const { bytes, source } = body;
      const ask = (sent) =>
        requests.fetch({ method, url, headers: native.array(pairs), body: sent, decode: true }, { signal });
      if (source === undefined) return ask(bytes);
      const id = http.outgoing();
      let isOver = false;
      return new P((resolve, reject) => {
        // The response may come while the body is still sent.
        settled(ask(id), resolve, (reason) => {
          source.cancel(reason);
          reject(reason);
        });
        // It must not look as if that were all of it.
        body.stop = (reason) => {
          isOver = true;
          source.cancel(reason);
          ignore(requests.end(id, http.describe(reason)));
        };
        onAbort(body.stop);
        settled(
          http.pump(requests, id, source, () => isOver),
          (failure) => { if (failure !== undefined) reject(failure.reason); },
          (reason) => source.cancel(reason),
        );
      });
    };

    // The response as scripts get it.
    const finish = (given, url, redirected, method, onAbort) => {
      const { status, statusText, headers } = given;
      let body = null;
      if (given.body !== undefined && given.body !== null) {
        body = http.received(requests, given.body);
        const { source } = body;
        if (source !== undefined) {
          // A signal can live longer than what it ends.
          const weak = new Weak(source);
          onAbort((reason) => weak.deref()?.fail(reason));
        }
        // The driver may have decoded it.
        if (given.decoded === true) {
          body.decoded = true;
        } else if (find(headers, "content-encoding") !== undefined) {
          const here = get(url, "href");
          body = need("coding").decoded(body, headers, (message) => failed(here, message));
        }
      } else if (method !== "HEAD" && !NULL_BODY[status]) {
        body = bodies.whole(encode(""));
      }
      return respond({
        __proto__: null,
        type: "basic",
        status,
        statusText,
        url: get(url, "href"),
        redirected,
        pairs: headers,
        fixed: true,
        body,
      });
    };

    const run = async (request, signal) => {
      const mode = requestOf.redirectOf(request);
      let method = requestOf.methodOf(request);
      let url = parse(requestOf.urlOf(request));
      let pairs = requestOf.pairsOf(request);
      const record = requestOf.bodyOf(request);
      if (record !== null && bodies.isUnusable(record)) throw bodies.used();
      let body = record === null ? {} : bodies.take(record);
      const onAbort = signal === undefined
        ? () => {}
        : (act) => {
          const { onAbort, isAborted, reason } = need("abort").internals;
          if (!isAborted(signal)) onAbort(signal, () => act(reason(signal)));
        };
      if (get(url, "protocol") === "data:") return dataResponse(url);
      if (find(pairs, "accept") === undefined) {
        pairs = http.list(pairs);
        pairs[pairs.length++] = ["accept", "*/*"];
      }
      // A part of a coded body cannot be decoded.
      if (find(pairs, "range") !== undefined && find(pairs, "accept-encoding") === undefined) {
        pairs = http.list(pairs);
        pairs[pairs.length++] = ["accept-encoding", "identity"];
      }
      for (let count = 0; ; count++) {
        const here = get(url, "href");
        const given = await send(method, here, pairs, body, signal, onAbort);
        const { status } = given;
        const location = REDIRECT[status] ? find(given.headers, "location") : undefined;
        if (location === undefined || mode === "manual") return finish(given, url, count > 0, method, onAbort);
        if (given.body !== undefined && typeof given.body !== "object") ignore(requests.cancel(given.body));
        body.stop?.(failed(here, "it redirects"));
        if (mode === "error") throw failed(here, "it redirects");
        if (count === LIMIT) throw failed(here, "it redirects too often");
        let target;
        try {
          target = parse(latin1(location), url);
        } catch {
          throw failed(here, "it redirects to no URL");
        }
        const scheme = get(target, "protocol");
        if (scheme !== "http:" && scheme !== "https:") {
          throw failed(here, "it redirects to a URL that is neither http nor https");
        }
        if (status !== 303 && body.source !== undefined) {
          throw failed(here, "it redirects, and the body was a stream, which cannot be sent again");
        }
        const becomesGet = status === 303
          ? method !== "GET" && method !== "HEAD"
          : (status === 301 || status === 302) && method === "POST";
        if (becomesGet) {
          method = "GET";
          body = {};
          pairs = without(pairs, OF_BODY);
        }
        if (get(target, "origin") !== get(url, "origin")) pairs = without(pairs, OF_ORIGIN);
        url = target;
      }
    };

    const fetch = async (input, init, here) => {
      const request = new Request(input, init);
      const signal = requestOf.signalOf(request);
      if (signal !== undefined) {
        const { isAborted, reason } = need("abort").internals;
        if (isAborted(signal)) throw reason(signal);
      }
      try {
        return await run(request, signal);
      } catch (error) {
        // What the host throws has no stack: it comes from no script.
        if (isError(error) && !error.stack) {
          defineProperty(error, "stack", { __proto__: null, value: here.stack, writable: true, configurable: true });
        }
        throw error;
      }
    };
    const named = {
      fetch(input, init = undefined) { return fetch(input, init, new AnyError()); },
    };
    return named.fetch;
  };
};
