// `URL` and `URLSearchParams` (URL Standard).
(native, need) => {
  const { required, hidden, iterable, list, iterator } = need("idl");
  const { expose, text } = native;
  const { defineProperty } = Object;
  // In the order that the helpers know.
  const HREF = 0, ORIGIN = 1, SEARCH = 9;

  const append = (pairs, name, value) => {
    // Not by assignment: a script may have given arrays a setter.
    defineProperty(pairs, pairs.length, data(name));
    defineProperty(pairs, pairs.length, data(value));
  };
  const data = (value) =>
    ({ __proto__: null, value, writable: true, enumerable: true, configurable: true });

  class URLSearchParams {
    // Names and values, one after the other.
    #pairs;
    // The URL whose query this is.
    #record;

    constructor(init = "") {
      if (init !== null && (typeof init === "object" || typeof init === "function")) {
        this.#pairs = [];
        const method = init[iterator];
        if (method !== undefined && method !== null) {
          if (typeof method !== "function") throw new TypeError("The pairs are not iterable");
          const all = list(init, method);
          for (let i = 0; i < all.length; i++) {
            const inner = all[i]?.[iterator];
            if (typeof all[i] !== "object" && typeof all[i] !== "function" ||
                typeof inner !== "function") {
              throw new TypeError("Each pair must be an iterable of a name and a value");
            }
            const pair = list(all[i], inner);
            if (pair.length !== 2) {
              throw new TypeError("Each pair must be an iterable of a name and a value");
            }
            append(this.#pairs, text(pair[0]), text(pair[1]));
          }
        } else {
          const keys = Reflect.ownKeys(init);
          const seen = { __proto__: null };
          for (let i = 0; i < keys.length; i++) {
            const property = Reflect.getOwnPropertyDescriptor(init, keys[i]);
            if (property === undefined || !property.enumerable) continue;
            const name = text(keys[i]), value = text(init[keys[i]]);
            if (name in seen) {
              this.#pairs[seen[name]] = value;
            } else {
              append(this.#pairs, name, value);
              seen[name] = this.#pairs.length - 1;
            }
          }
        }
        return;
      }
      init = text(init);
      if (init[0] === "?") init = native.skip(init);
      this.#pairs = native.parseQuery(init);
    }

    #changed() {
      if (this.#record !== undefined) native.setQuery(this.#record, this.#pairs);
    }

    get size() { return this.#pairs.length / 2; }
    append(name, value) {
      this.#pairs;
      required(arguments.length, 2, "URLSearchParams.append");
      append(this.#pairs, text(name), text(value));
      this.#changed();
    }
    delete(name, value = undefined) {
      const pairs = this.#pairs;
      required(arguments.length, 1, "URLSearchParams.delete");
      name = text(name);
      if (value !== undefined) value = text(value);
      const kept = [];
      for (let i = 0; i < pairs.length; i += 2) {
        if (pairs[i] !== name || (value !== undefined && pairs[i + 1] !== value)) {
          append(kept, pairs[i], pairs[i + 1]);
        }
      }
      this.#pairs = kept;
      this.#changed();
    }
    get(name) {
      const pairs = this.#pairs;
      required(arguments.length, 1, "URLSearchParams.get");
      name = text(name);
      for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return pairs[i + 1];
      return null;
    }
    getAll(name) {
      const pairs = this.#pairs;
      required(arguments.length, 1, "URLSearchParams.getAll");
      name = text(name);
      const found = [];
      for (let i = 0; i < pairs.length; i += 2) {
        if (pairs[i] === name) defineProperty(found, found.length, data(pairs[i + 1]));
      }
      return found;
    }
    has(name, value = undefined) {
      const pairs = this.#pairs;
      required(arguments.length, 1, "URLSearchParams.has");
      name = text(name);
      if (value !== undefined) value = text(value);
      for (let i = 0; i < pairs.length; i += 2) {
        if (pairs[i] === name && (value === undefined || pairs[i + 1] === value)) return true;
      }
      return false;
    }
    set(name, value) {
      const pairs = this.#pairs;
      required(arguments.length, 2, "URLSearchParams.set");
      name = text(name);
      value = text(value);
      const kept = [];
      let found = false;
      for (let i = 0; i < pairs.length; i += 2) {
        if (pairs[i] !== name) append(kept, pairs[i], pairs[i + 1]);
        else if (!found) {
          found = true;
          append(kept, name, value);
        }
      }
      if (!found) append(kept, name, value);
      this.#pairs = kept;
      this.#changed();
    }
    sort() {
      this.#pairs = native.sort(this.#pairs);
      this.#changed();
    }
    toString() { return native.writeQuery(this.#pairs); }

    // The parameters of a URL.
    static of(record, query) {
      // A second question mark belongs to the first name.
      const params = new URLSearchParams();
      params.#pairs = native.parseQuery(query);
      params.#record = record;
      return params;
    }
    static isParams(value) { return typeof value === "object" && value !== null && #pairs in value; }
    static reload(params, query) { params.#pairs = native.parseQuery(query); }
    static pair(params, index) {
      const pairs = params.#pairs;
      return 2 * index < pairs.length ? [pairs[2 * index], pairs[2 * index + 1]] : undefined;
    }
    static describe(params) {
      const shown = { __proto__: null };
      const pairs = params.#pairs;
      const several = { __proto__: null };
      for (let i = 0; i < pairs.length; i += 2) {
        const name = pairs[i], value = pairs[i + 1];
        if (!(name in shown)) shown[name] = value;
        else if (!several[name]) {
          shown[name] = [shown[name], value];
          several[name] = true;
        } else defineProperty(shown[name], shown[name].length, data(value));
      }
      return shown;
    }
  }
  const { of, isParams, reload, pair, describe } = URLSearchParams;
  delete URLSearchParams.of;
  delete URLSearchParams.isParams;
  delete URLSearchParams.reload;
  delete URLSearchParams.pair;
  delete URLSearchParams.describe;
  iterable(URLSearchParams, pair);

  // The record of the object that is made next, if it is there already.
  let made;

  class URL {
    #record;
    #params;

    constructor(url, base = undefined) {
      if (made !== undefined) {
        this.#record = made;
        made = undefined;
        return;
      }
      required(arguments.length, 1, "URL");
      const record = native.parse(url, base);
      if (record === undefined) {
        const error = new TypeError("Invalid URL");
        error.code = "ERR_INVALID_URL";
        error.input = text(url);
        if (base !== undefined) error.base = text(base);
        throw error;
      }
      this.#record = record;
    }

    static canParse(url, base = undefined) {
      required(arguments.length, 1, "URL.canParse");
      return native.parse(url, base) !== undefined;
    }
    static parse(url, base = undefined) {
      required(arguments.length, 1, "URL.parse");
      made = native.parse(url, base);
      return made === undefined ? null : new URL();
    }

    get href() { return native.get(this.#record, HREF); }
    set href(value) {
      if (!native.set(this.#record, HREF, text(value))) throw new TypeError("Invalid URL");
      this.#reload();
    }
    get origin() { return native.get(this.#record, ORIGIN); }
    get protocol() { return native.get(this.#record, 2); }
    set protocol(value) { native.set(this.#record, 2, text(value)); }
    get username() { return native.get(this.#record, 3); }
    set username(value) { native.set(this.#record, 3, text(value)); }
    get password() { return native.get(this.#record, 4); }
    set password(value) { native.set(this.#record, 4, text(value)); }
    get host() { return native.get(this.#record, 5); }
    set host(value) { native.set(this.#record, 5, text(value)); }
    get hostname() { return native.get(this.#record, 6); }
    set hostname(value) { native.set(this.#record, 6, text(value)); }
    get port() { return native.get(this.#record, 7); }
    set port(value) { native.set(this.#record, 7, text(value)); }
    get pathname() { return native.get(this.#record, 8); }
    set pathname(value) { native.set(this.#record, 8, text(value)); }
    get search() { return native.get(this.#record, SEARCH); }
    set search(value) {
      native.set(this.#record, SEARCH, text(value));
      this.#reload();
    }
    get searchParams() {
      return parameters(this);
    }
    get hash() { return native.get(this.#record, 10); }
    set hash(value) { native.set(this.#record, 10, text(value)); }
    toString() { return native.get(this.#record, HREF); }
    toJSON() { return native.get(this.#record, HREF); }

    #query() {
      return native.skip(native.get(this.#record, SEARCH));
    }
    #reload() {
      if (this.#params !== undefined) reload(this.#params, this.#query());
    }
    static describe(url) {
      const get = (member) => native.get(url.#record, member);
      return {
        href: get(HREF),
        origin: get(ORIGIN),
        protocol: get(2),
        username: get(3),
        password: get(4),
        host: get(5),
        hostname: get(6),
        port: get(7),
        pathname: get(8),
        search: get(SEARCH),
        searchParams: parameters(url),
        hash: get(10),
      };
    }
    static parameters(url) {
      if (url.#params === undefined) url.#params = of(url.#record, url.#query());
      return url.#params;
    }
  }
  const { describe: describeURL, parameters } = URL;
  delete URL.describe;
  delete URL.parameters;

  expose(URLSearchParams, { describe });
  expose(URL, { describe: describeURL });
  const { toString } = URLSearchParams.prototype;
  const write = (params) => native.apply(toString, params);
  return { URL, URLSearchParams, internals: { isParams, write } };
};
