// `Headers` (Fetch). Of the guards there is `immutable`: the others are about what a browser hides.
(native, need) => {
  const { required, iterable, list, iterator } = need("idl");
  const { apply, expose, headerName, headerValue } = native;
  const { ownKeys } = Reflect;
  const { propertyIsEnumerable } = Object.prototype;

  const NONE = [];

  class Headers {
    // Pairs of a name in lower case and a value, in the order of their arrival: a list of our own,
    // or, as long as nothing is changed, one that others have, too.
    #pairs = NONE;
    #isOwn = false;
    // Sorted and combined, as they are iterated; forgotten by each change.
    #sorted = undefined;
    #fixed = false;

    constructor(init = undefined) {
      if (init === undefined) return;
      if (init === null || (typeof init !== "object" && typeof init !== "function")) {
        throw new TypeError("The headers are neither a sequence nor a record");
      }
      const method = init[iterator];
      if (method !== undefined && method !== null) {
        if (typeof method !== "function") throw new TypeError("The headers are not iterable");
        if (#pairs in init && isOurs(method)) {
          this.#pairs = sorted(init);
          return;
        }
        const all = list(init, method);
        for (let i = 0; i < all.length; i++) {
          const inner = all[i]?.[iterator];
          if (typeof all[i] !== "object" || typeof inner !== "function") {
            throw new TypeError("Each header must be an iterable of a name and a value");
          }
          const pair = list(all[i], inner);
          if (pair.length !== 2) {
            throw new TypeError("Each header must be an iterable of a name and a value");
          }
          this.#append(pair[0], pair[1]);
        }
        return;
      }
      const keys = ownKeys(init);
      for (let i = 0; i < keys.length; i++) {
        if (apply(propertyIsEnumerable, init, keys[i])) this.#append(keys[i], init[keys[i]]);
      }
    }

    #append(name, value) {
      name = headerName(name);
      this.#add(name, headerValue(value));
    }
    #add(name, value) {
      if (!this.#isOwn) this.#own();
      const all = this.#pairs;
      all[all.length++] = [name, value];
      this.#sorted = undefined;
    }
    #own() {
      const all = this.#pairs;
      const { length } = all;
      const own = { __proto__: null, length };
      for (let i = 0; i < length; i++) own[i] = all[i];
      this.#pairs = own;
      this.#isOwn = true;
    }
    #change() {
      if (this.#fixed) throw new TypeError("These headers are immutable");
    }
    // Keeps the headers that `keep` wants.
    #filter(keep) {
      const all = this.#pairs;
      const kept = { __proto__: null, length: 0 };
      for (let i = 0; i < all.length; i++) {
        if (keep(all[i][0])) kept[kept.length++] = all[i];
      }
      this.#pairs = kept;
      this.#isOwn = true;
      this.#sorted = undefined;
    }
    #get(name) {
      const all = this.#pairs;
      let value = null;
      for (let i = 0; i < all.length; i++) {
        if (all[i][0] === name) value = value === null ? all[i][1] : value + ", " + all[i][1];
      }
      return value;
    }

    append(name, value) {
      this.#pairs;
      required(arguments.length, 2, "Headers.append");
      name = headerName(name);
      value = headerValue(value);
      this.#change();
      this.#add(name, value);
    }
    delete(name) {
      this.#pairs;
      required(arguments.length, 1, "Headers.delete");
      name = headerName(name);
      this.#change();
      this.#filter((known) => known !== name);
    }
    get(name) {
      this.#pairs;
      required(arguments.length, 1, "Headers.get");
      return this.#get(headerName(name));
    }
    has(name) {
      this.#pairs;
      required(arguments.length, 1, "Headers.has");
      return this.#get(headerName(name)) !== null;
    }
    set(name, value) {
      this.#pairs;
      required(arguments.length, 2, "Headers.set");
      name = headerName(name);
      value = headerValue(value);
      this.#change();
      // The first keeps its place, which only shows in the order of what is combined.
      this.#filter((known) => known !== name);
      this.#add(name, value);
    }
    getSetCookie() {
      const all = this.#pairs;
      const cookies = [];
      for (let i = 0; i < all.length; i++) {
        if (all[i][0] === "set-cookie") {
          Object.defineProperty(cookies, cookies.length, {
            __proto__: null,
            value: all[i][1],
            writable: true,
            enumerable: true,
            configurable: true,
          });
        }
      }
      return cookies;
    }

    // For the parts that have headers. Names and values are as they are kept.
    static internals() {
      return {
        // Headers of pairs that nobody changes.
        of: (pairs) => {
          const headers = new Headers();
          headers.#pairs = pairs;
          return headers;
        },
        fix: (headers) => { headers.#fixed = true; },
        add: (headers, name, value) => headers.#add(name, value),
        get: (headers, name) => headers.#get(name),
        // Pairs that nobody changes, in the order of their arrival.
        pairs: (headers) => {
          headers.#isOwn = false;
          return headers.#pairs;
        },
      };
    }
    static sorted(headers) {
      if (headers.#sorted !== undefined) return headers.#sorted;
      const all = headers.#pairs;
      const sorted = { __proto__: null, length: 0 };
      for (let i = 0; i < all.length; i++) {
        const name = all[i][0];
        let at = sorted.length;
        while (at > 0 && sorted[at - 1][0] > name) at--;
        if (at > 0 && sorted[at - 1][0] === name && name !== "set-cookie") {
          sorted[at - 1][1] = sorted[at - 1][1] + ", " + all[i][1];
          continue;
        }
        for (let j = sorted.length++; j > at; j--) sorted[j] = sorted[j - 1];
        sorted[at] = [name, all[i][1]];
      }
      return (headers.#sorted = sorted);
    }
  }
  const { sorted } = Headers;
  const { of, fix, add, get, pairs } = Headers.internals();
  delete Headers.sorted;
  delete Headers.internals;
  const isOurs = iterable(Headers, (headers, index) => sorted(headers)[index]);

  expose(Headers, {
    describe: (headers) => {
      const all = sorted(headers);
      const shown = { __proto__: null };
      for (let i = 0; i < all.length; i++) {
        const name = all[i][0];
        shown[name] = name in shown ? shown[name] + ", " + all[i][1] : all[i][1];
      }
      return shown;
    },
  });

  // The records of requests and responses have `headers` or, until a script asks for them, `pairs` that
  // they are made of, and `fixed` says whether they are immutable.
  const pairsOf = (record) => (record.headers === undefined ? record.pairs : pairs(record.headers));
  const headersOf = (record) => {
    if (record.headers === undefined) {
      record.headers = of(record.pairs);
      if (record.fixed) fix(record.headers);
    }
    return record.headers;
  };
  return { Headers, internals: { add, get, pairsOf, headersOf } };
};
