// `Response` (Fetch).
(native, need) => {
  const { required, dictionary } = need("idl");
  const bodies = need("body");
  const { Headers, internals: headers } = need("headers");
  const { expose, text } = native;
  const { encode, isReason } = bodies.helpers;
  const { stringify } = JSON;
  const { trunc } = Math;

  const NULL_BODY = { __proto__: null, 101: 1, 103: 1, 204: 1, 205: 1, 304: 1 };
  const REDIRECT = { __proto__: null, 301: 1, 302: 1, 303: 1, 307: 1, 308: 1 };
  const JSON_TYPE = "application/json";

  // A number as `unsigned short`.
  const short = (value) => {
    value = trunc(+value);
    // What is not finite, or not a number, is 0.
    return value - value === 0 ? ((value % 65536) + 65536) % 65536 : 0;
  };

  let making;

  class Response {
    #type = "default";
    #status = 200;
    #statusText = "";
    #url = "";
    #redirected = false;
    // The headers, or what they are to be made of when a script asks for them.
    #headers;
    #pairs;
    #fixed = false;
    #body = null;

    constructor(body = null, init = undefined) {
      if (making !== undefined) {
        const made = making;
        making = undefined;
        this.#type = made.type;
        this.#status = made.status;
        this.#statusText = made.statusText;
        this.#url = made.url;
        this.#redirected = made.redirected;
        this.#pairs = made.pairs;
        this.#fixed = made.fixed;
        this.#body = made.body;
        return;
      }
      let type;
      if (body !== null && body !== undefined) {
        const made = bodies.extract(body);
        this.#body = made.body;
        type = made.type;
      }
      this.#init(dictionary(init, "Response"), type);
    }

    #init(options, type) {
      const given = options.headers;
      if (given !== undefined) this.#headers = new Headers(given);
      if (options.status !== undefined) {
        const status = short(options.status);
        if (!(status >= 200 && status <= 599)) {
          throw new RangeError("The status must be from 200 to 599, not " + status);
        }
        this.#status = status;
      }
      if (options.statusText !== undefined) {
        const statusText = text(options.statusText);
        if (!isReason(statusText)) throw new TypeError("Invalid statusText");
        this.#statusText = statusText;
      }
      if (this.#body !== null && NULL_BODY[this.#status]) {
        throw new TypeError("Response: a response with the status " + this.#status + " has no body");
      }
      if (type === undefined) {
        this.#pairs = { __proto__: null, length: 0 };
      } else if (this.#headers === undefined) {
        this.#pairs = { __proto__: null, length: 1, 0: ["content-type", type] };
      } else if (headers.get(this.#headers, "content-type") === null) {
        headers.add(this.#headers, "content-type", type);
      }
    }

    static error() { return make({ type: "error", status: 0, fixed: true }); }
    static redirect(url, status = 302) {
      required(arguments.length, 1, "Response.redirect");
      const { URL } = need("url");
      const { href } = new URL(text(url));
      const number = short(status);
      if (!REDIRECT[number]) throw new RangeError("Response.redirect: " + number + " is not a redirect status");
      return make({ status: number, pairs: { length: 1, 0: ["location", href] }, fixed: true });
    }
    static json(data, init = undefined) {
      required(arguments.length, 1, "Response.json");
      const json = stringify(data);
      if (json === undefined) throw new TypeError("Response.json: the value has no form as JSON");
      const response = make({ body: bodies.make({ bytes: encode(json) }) });
      response.#pairs = undefined;
      response.#init(dictionary(init, "Response.json"), JSON_TYPE);
      return response;
    }

    get type() { return this.#type; }
    get url() { return this.#url; }
    get redirected() { return this.#redirected; }
    get status() { return this.#status; }
    get ok() { return this.#status >= 200 && this.#status <= 299; }
    get statusText() { return this.#statusText; }
    get headers() { return this.#all(); }
    #all() {
      if (this.#headers === undefined) {
        this.#headers = headers.of(this.#pairs);
        this.#pairs = undefined;
        if (this.#fixed) headers.fix(this.#headers);
      }
      return this.#headers;
    }
    clone() {
      const pair = bodies.clone(this.#body);
      this.#body = pair[0];
      return make({
        type: this.#type,
        status: this.#status,
        statusText: this.#statusText,
        url: this.#url,
        redirected: this.#redirected,
        pairs: pairsOf(this),
        fixed: this.#fixed,
        body: pair[1],
      });
    }

    static internals() {
      const pairsOf = (response) =>
        response.#headers === undefined ? response.#pairs : headers.pairs(response.#headers);
      return {
        pairsOf,
        make: ({
          type = "default", status = 200, statusText = "", url = "", redirected = false,
          pairs = { __proto__: null, length: 0 }, fixed = false, body = null,
        }) => {
          making = { type, status, statusText, url, redirected, pairs, fixed, body };
          return new Response();
        },
        isResponse: (value) => typeof value === "object" && value !== null && #url in value,
        bodyOf: (response) => response.#body,
        typeOf: (response) => headers.get(response.#all(), "content-type"),
        headOf: (response) => ({
          status: response.#status,
          statusText: response.#statusText,
          headers: native.array(pairsOf(response)),
          body: undefined,
        }),
        describe: (response) => ({
          status: response.#status,
          statusText: response.#statusText,
          headers: response.#all(),
          body: bodies.shown(response.#body),
          bodyUsed: response.#body !== null && bodies.isUsed(response.#body),
          ok: response.#status >= 200 && response.#status <= 299,
          redirected: response.#redirected,
          type: response.#type,
          url: response.#url,
        }),
      };
    }
  }
  const internals = Response.internals();
  const { pairsOf, make, bodyOf, typeOf, describe } = internals;
  delete Response.internals;
  bodies.mixin(Response, bodyOf, typeOf);
  expose(Response, { describe });
  return { Response, internals };
};
