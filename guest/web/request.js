// `Request` (Fetch). Modes, credentials and the like are kept and mean nothing: there is no page.
(native, need) => {
  const { required, dictionary } = need("idl");
  const bodies = need("body");
  const { Headers, internals: headers } = need("headers");
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

  let making;

  class Request {
    #method = "GET";
    #url;
    // The headers, or what they are to be made of when a script asks for them.
    #headers;
    #pairs;
    #body = null;
    #words = { __proto__: null };
    #integrity = "";
    #keepalive = false;
    #referrer = "about:client";
    // Made when it is first asked for. Until then: what it follows, or the reason why it is aborted.
    #signal;
    #followed;
    #aborted;

    constructor(input, init = undefined) {
      if (making !== undefined) {
        const { method, url, pairs, body } = making;
        making = undefined;
        this.#method = method;
        this.#url = url;
        this.#pairs = pairs;
        this.#body = body;
        return;
      }
      required(arguments.length, 1, "Request");
      const options = dictionary(init, "Request");
      const old = typeof input === "object" && input !== null && #url in input ? input : undefined;
      if (old === undefined) {
        const { URL } = need("url");
        const url = new URL(text(input));
        if (url.username !== "" || url.password !== "") {
          throw new TypeError("fetch does not take a URL with credentials");
        }
        this.#url = url.href;
      } else {
        this.#method = old.#method;
        this.#url = old.#url;
        this.#integrity = old.#integrity;
        this.#keepalive = old.#keepalive;
        this.#referrer = old.#referrer;
        for (const name in old.#words) this.#words[name] = old.#words[name];
      }
      if (options.window !== undefined && options.window !== null) {
        throw new TypeError("Request: the window can only be null");
      }
      for (const name in WORDS) {
        if (options[name] !== undefined) this.#words[name] = word(name, options[name]);
      }
      if (this.#words.cache === "only-if-cached" && this.#words.mode !== "same-origin") {
        throw new TypeError("Request: the cache mode only-if-cached needs the mode same-origin");
      }
      if (options.integrity !== undefined) this.#integrity = text(options.integrity);
      if (options.keepalive !== undefined) this.#keepalive = !!options.keepalive;
      if (options.referrer !== undefined) {
        const referrer = text(options.referrer);
        const { URL } = need("url");
        const isWord = referrer === "" || referrer === "about:client";
        this.#referrer = isWord ? referrer : new URL(referrer).href;
      }
      if (options.method !== undefined) this.#method = methodOf(options.method);

      let { signal } = options;
      if (signal === undefined && old !== undefined) signal = old.#live();
      if (signal !== undefined && signal !== null) {
        if (!need("abort").internals.isSignal(signal)) {
          throw new TypeError("Request: the signal is not an AbortSignal");
        }
        this.#followed = signal;
      }

      this.#headers = options.headers !== undefined
        ? new Headers(options.headers)
        : old === undefined ? new Headers() : headers.of(pairsOf(old));

      const { body } = options;
      const hasBody = body !== undefined && body !== null;
      const isBare = this.#method === "GET" || this.#method === "HEAD";
      if (isBare && (hasBody || (old !== undefined && old.#body !== null))) {
        throw new TypeError("a request with the method " + this.#method + " cannot have a body");
      }
      if (hasBody) {
        const made = bodies.extract(body);
        if (made.isStream) {
          if (options.duplex === undefined) {
            throw new TypeError("a request whose body is a stream needs the option duplex: \"half\"");
          }
          this.#body = bodies.moved(made.body);
        } else {
          this.#body = made.body;
        }
        if (made.type !== undefined && headers.get(this.#headers, "content-type") === null) {
          headers.add(this.#headers, "content-type", made.type);
        }
        if (options.duplex !== undefined && text(options.duplex) !== "half") {
          throw new TypeError("Request: duplex can only be \"half\"");
        }
      } else if (old !== undefined && old.#body !== null) {
        if (bodies.isUnusable(old.#body)) throw bodies.used();
        this.#body = bodies.moved(old.#body);
      }
    }

    get method() { return this.#method; }
    get url() { return this.#url; }
    get headers() { return this.#all(); }
    #all() {
      if (this.#headers === undefined) {
        this.#headers = headers.fix(headers.of(this.#pairs));
        this.#pairs = undefined;
      }
      return this.#headers;
    }
    get destination() {
      this.#url;
      return "";
    }
    get referrer() { return this.#referrer; }
    get referrerPolicy() { return this.#words.referrerPolicy ?? ""; }
    get mode() { return this.#words.mode ?? "cors"; }
    get credentials() { return this.#words.credentials ?? "same-origin"; }
    get cache() { return this.#words.cache ?? "default"; }
    get redirect() { return this.#words.redirect ?? "follow"; }
    get integrity() { return this.#integrity; }
    get keepalive() { return this.#keepalive; }
    get isReloadNavigation() {
      this.#url;
      return false;
    }
    get isHistoryNavigation() {
      this.#url;
      return false;
    }
    get signal() { return this.#live(); }
    #live() {
      if (this.#signal === undefined) {
        const { following, make, abort } = need("abort").internals;
        this.#signal = this.#followed === undefined
          ? make()
          : following({ __proto__: null, length: 1, 0: this.#followed });
        if (this.#aborted !== undefined) abort(this.#signal, this.#aborted.reason);
      }
      return this.#signal;
    }
    get duplex() {
      this.#url;
      return "half";
    }
    clone() {
      const pair = bodies.clone(this.#body);
      this.#body = pair[0];
      making = { method: this.#method, url: this.#url, pairs: undefined, body: pair[1] };
      const request = new Request();
      request.#headers = headers.of(pairsOf(this));
      if (this.#headers === undefined) headers.fix(request.#headers);
      request.#words = this.#words;
      request.#integrity = this.#integrity;
      request.#keepalive = this.#keepalive;
      request.#referrer = this.#referrer;
      request.#followed = this.#live();
      return request;
    }

    static internals() {
      const pairsOf = (request) =>
        request.#headers === undefined ? request.#pairs : headers.pairs(request.#headers);
      return {
        pairsOf,
        isRequest: (value) => typeof value === "object" && value !== null && #url in value,
        bodyOf: (request) => request.#body,
        typeOf: (request) => headers.get(request.#all(), "content-type"),
        // A request that came over the network.
        received: (method, url, pairs, body) => {
          making = { method, url, pairs, body };
          return new Request();
        },
        // Aborts the signal of a request, whether or not anybody asked for it.
        abort: (request, reason) => {
          if (request.#signal !== undefined) need("abort").internals.abort(request.#signal, reason);
          else request.#aborted ??= { reason };
        },
        // The signal that ends what a request does; nothing if there is none.
        signalOf: (request) => request.#followed,
        methodOf: (request) => request.#method,
        urlOf: (request) => request.#url,
        redirectOf: (request) => request.#words.redirect ?? "follow",
        describe: (request) => ({
          method: request.#method,
          url: request.#url,
          headers: request.#all(),
          destination: "",
          referrer: request.#referrer,
          referrerPolicy: request.#words.referrerPolicy ?? "",
          mode: request.#words.mode ?? "cors",
          credentials: request.#words.credentials ?? "same-origin",
          cache: request.#words.cache ?? "default",
          redirect: request.#words.redirect ?? "follow",
          integrity: request.#integrity,
          keepalive: request.#keepalive,
          isReloadNavigation: false,
          isHistoryNavigation: false,
          signal: request.#live(),
        }),
      };
    }
  }
  const internals = Request.internals();
  const { pairsOf, bodyOf, typeOf, describe } = internals;
  delete Request.internals;
  bodies.mixin(Request, bodyOf, typeOf);
  expose(Request, { describe });
  return { Request, internals };
};
