// `Request` (Fetch). Modes, credentials and the like are kept and mean nothing: there is no page.
(native, need) => {
  const { required, dictionary } = need("idl");
  const bodies = need("body");
  const { Headers, internals: headers } = need("headers");
  const { pairsOf, headersOf } = headers;
  const { expose, text } = native;
  const { isToken } = bodies.helpers;

  const NORMALISED = { __proto__: null, DELETE: 1, GET: 1, HEAD: 1, OPTIONS: 1, POST: 1, PUT: 1 };
  const REFUSED = { __proto__: null, CONNECT: 1, TRACE: 1, TRACK: 1 };
  const { toUpperCase } = String.prototype;
  const upper = (string) => native.apply(toUpperCase, string);
  const methodOf = (value) => {
    const method = text(value);
    if (!isToken(method)) throw new TypeError("'" + method + "' is not a valid HTTP method");
    if (REFUSED[upper(method)]) throw new TypeError("'" + method + "' HTTP method is unsupported");
    return NORMALISED[upper(method)] ? upper(method) : method;
  };

  // The options that are one of some words, with the first of them for those that are left out.
  const WORDS = {
    __proto__: null,
    redirect: { what: "redirect mode", words: ["follow", "error", "manual"] },
    mode: { what: "mode", words: ["cors", "same-origin", "no-cors"] },
    credentials: { what: "credentials mode", words: ["same-origin", "omit", "include"] },
    cache: {
      what: "cache mode",
      words: ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"],
    },
    referrerPolicy: {
      what: "referrer policy",
      words: [
        "", "no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin",
        "origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url",
      ],
    },
  };
  const word = (name, value) => {
    const { what, words } = WORDS[name];
    value = text(value);
    let all = "";
    for (let i = 0; i < words.length; i++) {
      if (words[i] === value) return value;
      all += (i === 0 ? "" : ", ") + words[i];
    }
    throw new TypeError("'" + value + "' is not a " + what + ": " + all);
  };

  const NO_PAIRS = [];

  // What a request is:
  //   method, url
  //   headers      or, until a script asks for them, `pairs` that they are made of
  //   fixed        whether they are immutable
  //   body         or null
  //   words        options, by name; nothing if there are none
  //   integrity, keepalive, referrer
  //   signal       made when it is first asked for. Until then:
  //   followed     what it follows
  //   aborted      or the reason why it is aborted
  const begin = (method, url, pairs, body) => ({
    __proto__: null,
    method,
    url,
    headers: undefined,
    pairs,
    body,
    words: undefined,
    signal: undefined,
  });

  const signalOf = (state) => {
    if (state.signal === undefined) {
      const { following, make, abort } = need("abort").internals;
      const { followed, aborted } = state;
      state.signal = followed === undefined ? make() : following({ __proto__: null, length: 1, 0: followed });
      if (aborted !== undefined) abort(state.signal, aborted.reason);
    }
    return state.signal;
  };
  const wordOf = ({ words }, name) => words?.[name] ?? WORDS[name].words[0];
  const referrerOf = ({ referrer }) => referrer ?? "about:client";
  const integrityOf = ({ integrity }) => integrity ?? "";
  const isKeepalive = ({ keepalive }) => keepalive ?? false;

  // With the same headers; the signal is not copied.
  const copied = (state, body) => {
    const copy = begin(state.method, state.url, pairsOf(state), body);
    copy.words = state.words;
    copy.integrity = state.integrity;
    copy.keepalive = state.keepalive;
    copy.referrer = state.referrer;
    return copy;
  };

  // What the constructor is given besides the URL or another request.
  const initialise = (state, options, old) => {
    if (options.window !== undefined && options.window !== null) {
      throw new TypeError("Request: the window can only be null");
    }
    const words = { __proto__: null };
    for (const name in WORDS) {
      words[name] = options[name] === undefined ? state.words?.[name] : word(name, options[name]);
    }
    state.words = words;
    if (words.cache === "only-if-cached" && words.mode !== "same-origin") {
      throw new TypeError("Request: the cache mode only-if-cached needs the mode same-origin");
    }
    if (options.integrity !== undefined) state.integrity = text(options.integrity);
    if (options.keepalive !== undefined) state.keepalive = !!options.keepalive;
    if (options.referrer !== undefined) {
      const referrer = text(options.referrer);
      const { URL } = need("url");
      const isWord = referrer === "" || referrer === "about:client";
      state.referrer = isWord ? referrer : new URL(referrer).href;
    }
    if (options.method !== undefined) state.method = methodOf(options.method);

    let { signal } = options;
    if (signal === undefined && old !== undefined) signal = signalOf(old);
    if (signal !== undefined && signal !== null) {
      if (!need("abort").internals.isSignal(signal)) {
        throw new TypeError("Request: the signal is not an AbortSignal");
      }
      state.followed = signal;
    }

    if (options.headers !== undefined) state.headers = new Headers(options.headers);

    const { body } = options;
    const hasBody = body !== undefined && body !== null;
    const isBare = state.method === "GET" || state.method === "HEAD";
    if (isBare && (hasBody || (old !== undefined && old.body !== null))) {
      throw new TypeError("a request with the method " + state.method + " cannot have a body");
    }
    if (hasBody) {
      // Other servers' runtimes need no `duplex` for a stream, either, and packages for them give none.
      const made = bodies.extract(body);
      state.body = made.body;
      if (made.type !== undefined && headers.get(headersOf(state), "content-type") === null) {
        headers.add(headersOf(state), "content-type", made.type);
      }
      if (options.duplex !== undefined && text(options.duplex) !== "half") {
        throw new TypeError("Request: duplex can only be \"half\"");
      }
    } else if (old !== undefined && old.body !== null) {
      if (bodies.isUnusable(old.body)) throw bodies.used();
      state.body = bodies.moved(old.body);
    }
  };

  let making;
  const make = (state) => {
    making = state;
    return new Request();
  };

  class Request {
    #state;

    constructor(input, init = undefined) {
      if (making !== undefined) {
        this.#state = making;
        making = undefined;
        return;
      }
      required(arguments.length, 1, "Request");
      const options = dictionary(init, "Request");
      const old = isRequest(input) ? input.#state : undefined;
      let url;
      if (old === undefined) {
        const { URL } = need("url");
        const parsed = new URL(text(input));
        if (parsed.username !== "" || parsed.password !== "") {
          throw new TypeError("fetch does not take a URL with credentials");
        }
        url = parsed.href;
      }
      this.#state = old === undefined ? begin("GET", url, NO_PAIRS, null) : copied(old, null);
      if (old !== undefined || init !== undefined) initialise(this.#state, options, old);
    }

    get method() { return this.#state.method; }
    get url() { return this.#state.url; }
    get headers() { return headersOf(this.#state); }
    get destination() {
      this.#state;
      return "";
    }
    get referrer() { return referrerOf(this.#state); }
    get referrerPolicy() { return wordOf(this.#state, "referrerPolicy"); }
    get mode() { return wordOf(this.#state, "mode"); }
    get credentials() { return wordOf(this.#state, "credentials"); }
    get cache() { return wordOf(this.#state, "cache"); }
    get redirect() { return wordOf(this.#state, "redirect"); }
    get integrity() { return integrityOf(this.#state); }
    get keepalive() { return isKeepalive(this.#state); }
    get isReloadNavigation() {
      this.#state;
      return false;
    }
    get isHistoryNavigation() {
      this.#state;
      return false;
    }
    get signal() { return signalOf(this.#state); }
    get duplex() {
      this.#state;
      return "half";
    }
    clone() {
      const state = this.#state;
      const pair = bodies.clone(state.body);
      state.body = pair[0];
      const copy = copied(state, pair[1]);
      copy.fixed = state.fixed;
      copy.followed = signalOf(state);
      return make(copy);
    }

    static internals() {
      return {
        isRequest: (value) => typeof value === "object" && value !== null && #state in value,
        stateOf: (request) => request.#state,
      };
    }
  }
  const { isRequest, stateOf } = Request.internals();
  delete Request.internals;

  const bodyOf = (request) => stateOf(request).body;
  bodies.mixin(Request, bodyOf, (request) => headers.get(headersOf(stateOf(request)), "content-type"));
  expose(Request, {
    describe: (request) => {
      const state = stateOf(request);
      return {
        method: state.method,
        url: state.url,
        headers: headersOf(state),
        destination: "",
        referrer: referrerOf(state),
        referrerPolicy: wordOf(state, "referrerPolicy"),
        mode: wordOf(state, "mode"),
        credentials: wordOf(state, "credentials"),
        cache: wordOf(state, "cache"),
        redirect: wordOf(state, "redirect"),
        integrity: integrityOf(state),
        keepalive: isKeepalive(state),
        isReloadNavigation: false,
        isHistoryNavigation: false,
        signal: signalOf(state),
      };
    },
  });
  return {
    Request,
    internals: {
      isRequest,
      bodyOf,
      pairsOf: (request) => pairsOf(stateOf(request)),
      // A request that came over the network.
      received: (method, url, pairs, body) => {
        const state = begin(method, url, pairs, body);
        state.fixed = true;
        return make(state);
      },
      // Aborts the signal of a request, whether or not anybody asked for it.
      abort: (request, reason) => {
        const state = stateOf(request);
        if (state.signal !== undefined) need("abort").internals.abort(state.signal, reason);
        else state.aborted ??= { reason };
      },
      // The signal that ends what a request does; nothing if there is none.
      signalOf: (request) => stateOf(request).followed,
      methodOf: (request) => stateOf(request).method,
      urlOf: (request) => stateOf(request).url,
      redirectOf: (request) => wordOf(stateOf(request), "redirect"),
    },
  };
};
