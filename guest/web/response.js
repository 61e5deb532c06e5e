// `Response` (Fetch).
(native, need) => {
  const { required, dictionary } = need("idl");
  const bodies = need("body");
  const { Headers, internals: headers } = need("headers");
  const { pairsOf, headersOf } = headers;
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

  const NO_PAIRS = [];
  const JSON_PAIRS = [["content-type", JSON_TYPE]];

  // What a response is:
  //   type, url, redirected   nothing, unless it came over the network or is an error
  //   status, statusText
  //   headers                 or, until a script asks for them, `pairs` that they are made of
  //   fixed                   whether they are immutable
  //   body                    or null
  const begin = (status, pairs, body) =>
    ({ __proto__: null, status, statusText: "", headers: undefined, pairs, body });

  const initialise = (state, options, type) => {
    const given = options.headers;
    if (given !== undefined) state.headers = new Headers(given);
    if (options.status !== undefined) {
      const status = short(options.status);
      if (!(status >= 200 && status <= 599)) {
        throw new RangeError("The status must be from 200 to 599, not " + status);
      }
      state.status = status;
    }
    if (options.statusText !== undefined) {
      const statusText = text(options.statusText);
      if (!isReason(statusText)) throw new TypeError("Invalid statusText");
      state.statusText = statusText;
    }
    if (state.body !== null && NULL_BODY[state.status]) {
      throw new TypeError("Response: a response with the status " + state.status + " has no body");
    }
    if (given !== undefined && type !== undefined && headers.get(state.headers, "content-type") === null) {
      headers.add(state.headers, "content-type", type);
    }
  };

  const typeOf = ({ type }) => type ?? "default";
  const urlOf = ({ url }) => url ?? "";
  const isRedirected = ({ redirected }) => redirected ?? false;
  const isOk = ({ status }) => status >= 200 && status <= 299;

  let making;
  const make = (state) => {
    making = state;
    return new Response();
  };

  class Response {
    #state;

    constructor(body = null, init = undefined) {
      if (making !== undefined) {
        this.#state = making;
        making = undefined;
        return;
      }
      let type;
      if (body === null || body === undefined) {
        this.#state = begin(200, NO_PAIRS, null);
      } else {
        const made = bodies.extract(body);
        type = made.type;
        this.#state = begin(200, type === undefined ? NO_PAIRS : [["content-type", type]], made.body);
      }
      if (init !== undefined) initialise(this.#state, dictionary(init, "Response"), type);
    }

    static error() {
      const state = begin(0, NO_PAIRS, null);
      state.type = "error";
      state.fixed = true;
      return make(state);
    }
    static redirect(url, status = 302) {
      required(arguments.length, 1, "Response.redirect");
      const { URL } = need("url");
      const { href } = new URL(text(url));
      const number = short(status);
      if (!REDIRECT[number]) throw new RangeError("Response.redirect: " + number + " is not a redirect status");
      const state = begin(number, [["location", href]], null);
      state.fixed = true;
      return make(state);
    }
    static json(data, init = undefined) {
      required(arguments.length, 1, "Response.json");
      const json = stringify(data);
      if (json === undefined) throw new TypeError("Response.json: the value has no form as JSON");
      const state = begin(200, JSON_PAIRS, bodies.whole(encode(json)));
      if (init !== undefined) initialise(state, dictionary(init, "Response.json"), JSON_TYPE);
      return make(state);
    }

    get type() { return typeOf(this.#state); }
    get url() { return urlOf(this.#state); }
    get redirected() { return isRedirected(this.#state); }
    get status() { return this.#state.status; }
    get ok() { return isOk(this.#state); }
    get statusText() { return this.#state.statusText; }
    get headers() { return headersOf(this.#state); }
    clone() {
      const state = this.#state;
      const pair = bodies.clone(state.body);
      state.body = pair[0];
      const copy = begin(state.status, pairsOf(state), pair[1]);
      copy.statusText = state.statusText;
      copy.type = state.type;
      copy.url = state.url;
      copy.redirected = state.redirected;
      copy.fixed = state.fixed;
      return make(copy);
    }

    static internals() {
      return {
        isResponse: (value) => typeof value === "object" && value !== null && #state in value,
        stateOf: (response) => response.#state,
      };
    }
  }
  const { isResponse, stateOf } = Response.internals();
  delete Response.internals;

  const bodyOf = (response) => stateOf(response).body;
  const headOf = (response) => {
    const state = stateOf(response);
    const { status, statusText } = state;
    return { status, statusText, headers: native.array(pairsOf(state)), body: undefined };
  };
  bodies.mixin(Response, bodyOf, (response) => headers.get(headersOf(stateOf(response)), "content-type"));
  expose(Response, {
    describe: (response) => {
      const state = stateOf(response);
      const { status, statusText, body } = state;
      return {
        status,
        statusText,
        headers: headersOf(state),
        body: bodies.shown(body),
        bodyUsed: body !== null && bodies.isUsed(body),
        ok: isOk(state),
        redirected: isRedirected(state),
        type: typeOf(state),
        url: urlOf(state),
      };
    },
  });
  return { Response, internals: { make, isResponse, headOf, bodyOf } };
};
