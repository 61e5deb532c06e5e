// Packages about values, functions, objects and promises.
// Each program gets the default export (or all exports, if there is none), `log`, and all exports.
const inside = async (name) => (await import(name)).default;

export const values = {
  "@babel/runtime": async (_, log) => {
    const [spread, extend, generator] = await Promise.all([inside("@babel/runtime/helpers/toConsumableArray"), inside("@babel/runtime/helpers/extends"), inside("@babel/runtime/helpers/asyncToGenerator")]);
    log((spread.default ?? spread)(new Set([1, 2])), (extend.default ?? extend)({}, { a: 1 }), await (generator.default ?? generator)(function* () { return 2 + (yield Promise.resolve(1)); })());
  },
  "call-bind-apply-helpers": (bind, log) => log(bind([Array.prototype.slice])([1, 2, 3], 1), bind([Object.prototype.toString])(null)),
  callsites: (callsites, log) => {
    function inner() { return callsites(); }
    const [site] = inner();
    log(site.getFunctionName(), site.getFileName().endsWith("values.mjs"), typeof site.getLineNumber(), site.isNative());
  },
  "concat-map": (concatMap, log) => log(concatMap([1, 2, 3], (x) => (x % 2 ? [x, x * 10] : x))),
  debug: async (debug, log) => {
    const { format } = await import("node:util");
    debug.log = (...words) => log(format(...words).replace(/^\S+ /, "").replace(/\u001b\[[\d;]*m/g, "").replace(/\+\d+ms/, "+0"));
    debug.enable("app:*,-app:silent");
    debug("app:main")("hello %d %o", 5, { a: [1] });
    debug("app:silent")("not");
    log(debug.enabled("app:x"), debug.disable());
  },
  "detect-libc": async (libc, log) => log(["glibc", "musl", null].includes(await libc.family()), libc.GLIBC, typeof (await libc.version())),
  "dunder-proto": async (_, log) => {
    const get = await inside("dunder-proto/get");
    const set = await inside("dunder-proto/set");
    const parent = { a: 1 };
    const child = {};
    set(child, parent);
    log(get({}) === Object.prototype, child.a, get(child) === parent);
  },
  "es-define-property": (define, log) => log(define === Object.defineProperty || define === false, define({}, "a", { value: 3 }).a),
  "es-errors": async (E, log) => log(new E("a") instanceof Error, new (await inside("es-errors/type"))("b").name, new (await inside("es-errors/range"))("c") instanceof RangeError),
  eventemitter3: (EventEmitter, log) => {
    const emitter = new EventEmitter();
    emitter.on("a", function (x) { log(this.k, x); }, { k: 1 });
    emitter.once("a", () => log("once"));
    emitter.emit("a", 5);
    log(emitter.emit("a", 6), emitter.listenerCount("a"), emitter.emit("b"));
  },
  "fast-deep-equal": (equal, log) => log(equal({ a: [1, { b: /x/g }] }, { a: [1, { b: /x/g }] }), equal([1], [2]), equal(new Date(1), new Date(1)), equal(NaN, NaN)),
  "fast-json-stable-stringify": (stringify, log) => log(stringify({ b: 1, a: [{ d: null, c: undefined }] }), stringify({ b: 1, a: 2 }, { cmp: (x, y) => (x.key < y.key ? 1 : -1) })),
  fastq: async (fastq, log) => {
    const queue = fastq.promise(async (x) => x * 2, 1);
    log(await Promise.all([queue.push(1), queue.push(2), queue.unshift(3)]), queue.idle());
    fastq((x, done) => done(x ? null : new Error("zero")), 2).push(0, (error) => log(error.message));
  },
  flatted: ({ parse, stringify }, log) => {
    const value = { a: [1, "x"] };
    value.self = value;
    log(stringify(value), parse(stringify(value)).self.self.a);
  },
  "function-bind": (bind, log) => log(bind.call(function (...rest) { return [this.k, ...rest]; }, { k: 1 }, 2)(3)),
  "get-intrinsic": (get, log) => {
    log(get("%Array.prototype.push%") === Array.prototype.push, get("%TypedArray%").name, get("%AsyncGeneratorFunction%", true).name);
    try { get("%Nothing%"); } catch (error) { log(error.name, error.message); }
  },
  "get-proto": (getProto, log) => log(getProto([]) === Array.prototype, getProto(Object.create(null))),
  gopd: (gopd, log) => log(gopd({ get a() { return 1; } }, "a").set, gopd([7], "0").value, gopd([], "length").writable),
  "has-symbols": async (hasSymbols, log) => log(hasSymbols(), (await inside("has-symbols/shams.js"))()),
  hasown: (hasOwn, log) => log(hasOwn({ a: 1 }, "a"), hasOwn({}, "toString")),
  inherits: (inherits, log) => {
    function A() {}
    A.prototype.hello = () => "hello";
    function B() {}
    inherits(B, A);
    log(new B() instanceof A, new B().hello(), B.super_ === A);
  },
  "is-number": (isNumber, log) => log(isNumber("12"), isNumber(" "), isNumber(NaN), isNumber("0x1f")),
  isarray: (isArray, log) => log(isArray([]), isArray({ length: 0 })),
  "json-schema-traverse": (traverse, log) => traverse({ properties: { a: { items: [{ type: "string" }] } }, anyOf: [true, { not: {} }] }, { cb: (_, pointer) => log(pointer) }),
  keyv: async (Keyv, log) => {
    const store = new Keyv({ namespace: "n" });
    await store.set("a", { b: [1] });
    await store.set("c", 1, 5);
    await new Promise((done) => setTimeout(done, 20));
    log(await store.get("a"), await store.get("c"), await store.delete("a"), await store.has("a"));
  },
  "kind-of": (kindOf, log) => log([null, [], new Map(), function* () {}, /x/, new Date(0), Buffer.alloc(1), Promise.resolve(), 1n, Symbol(), new Error("x"), (function () { return arguments; })()].map(kindOf)),
  lodash: (_, log) => {
    log(_.chunk([1, 2, 3], 2), _.groupBy(["a", "bb", "c"], "length"), _.merge({ a: [1, { b: 2 }] }, { a: [{}, { c: 3 }] }), _.template("<%- a %>:<%= b %>")({ a: "<", b: 2 }));
    log(_(["b", "a"]).sort().map(_.upperCase).value(), _.kebabCase("fooBar baz"), _.isEqual(new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])), _.get({ a: [{ b: 3 }] }, "a[0].b"));
  },
  "lru-cache": async ({ LRUCache }, log) => {
    const cache = new LRUCache({ max: 2, dispose: (value, key, why) => log(key, value, why), fetchMethod: async (key) => key + "!" });
    cache.set("a", 1).set("b", 2);
    cache.get("a");
    cache.set("c", 3);
    log([...cache.keys()], await cache.fetch("d"), cache.has("b"), cache.dump().length);
  },
  "math-intrinsics": async (_, log) => log((await inside("math-intrinsics/mod"))(-5, 3), (await inside("math-intrinsics/isInteger"))(5.5), (await inside("math-intrinsics/constants/maxSafeInteger")), (await inside("math-intrinsics/sign"))(-3)),
  nanoid: ({ nanoid, customAlphabet, customRandom, urlAlphabet }, log) =>
    log(nanoid().length, new Set(Array.from({ length: 200 }, () => nanoid())).size, customAlphabet("a", 5)(), /^[\w-]+$/.test(nanoid(50)), customRandom("ab", 6, (size) => new Uint8Array(size).map((_, i) => i))(), urlAlphabet.length),
  "object-assign": (assign, log) => log(assign({ a: 1 }, null, { b: 2 }, { a: 3 })),
  "object-inspect": (inspect, log) => log(inspect({ a: [1, , new Map([["k", new Set([1])]])], f() {}, d: new Date(0), s: "it's", n: -0 }), inspect([[[[[1]]]]], { depth: 2 }), inspect({ a: { b: 1 } }, { indent: 2 })),
  onetime: (onetime, log) => {
    let calls = 0;
    const once = onetime(() => ++calls);
    log(once(), once(), onetime.callCount(once));
    try { const strict = onetime(() => {}, { throw: true }); strict(); strict(); } catch (error) { log(error.message); }
  },
  "p-limit": async (limit, log) => {
    const one = limit(1);
    const order = [];
    await Promise.all([30, 1, 5].map((wait) => one(() => new Promise((done) => setTimeout(() => done(order.push(wait)), wait)))));
    log(order, one.activeCount, one.pendingCount);
  },
  "p-locate": async (locate, log) => log(await locate([3, 1, 2], async (x) => x < 3), await locate([Promise.resolve("b")], (x) => x === "c")),
  pify: async (pify, log) => {
    const module = pify({ add: (a, b, done) => done(a ? null : new Error("no"), a + b), many: (done) => done(null, 1, 2) }, { multiArgs: false });
    log(await module.add(1, 2), await module.add(0, 1).catch((error) => error.message), await pify((done) => done(null, 1, 2), { multiArgs: true })());
  },
  "pretty-format": (_, log, { format, plugins }) => {
    log(format({ b: [1, new Map([["k", new Set([1])]])], a: Symbol("s"), f: function name() {}, e: new TypeError("t") }));
    log(format({ $$typeof: Symbol.for("react.test.json"), type: "a", props: { b: 1 }, children: ["c"] }, { plugins: [plugins.ReactTestComponent], printFunctionName: false }));
  },
  reusify: (reusify, log) => {
    function Item() { this.next = null; }
    const pool = reusify(Item);
    const first = pool.get();
    pool.release(first);
    log(pool.get() === first, pool.get() === first);
  },
  tslib: async (tslib, log) => {
    const generated = tslib.__awaiter(undefined, undefined, Promise, function* () { return 1 + (yield Promise.resolve(2)); });
    log(await generated, tslib.__rest({ a: 1, b: 2 }, ["a"]), tslib.__spreadArray([1], [2, 3], true), tslib.__assign({}, { x: 1 }));
    class A {}
    tslib.__decorate([(target) => { target.mark = 1; }], A);
    log(A.mark, [...tslib.__values([4, 5])]);
  },
  universalify: async ({ fromCallback, fromPromise }, log) => {
    log(await fromCallback((a, done) => done(null, a * 2))(4));
    fromPromise(async (a) => a + 1)(1, (error, value) => log(error, value));
  },
  "util-deprecate": async (deprecate, log) => {
    process.on("warning", (warning) => log(warning.name, warning.message));
    log(deprecate(() => 5, "old() is deprecated")());
    await new Promise((done) => setTimeout(done, 5));
  },
  uuid: ({ v1, v3, v4, v5, v7, validate, parse, stringify, version, NIL }, log) =>
    log(v5("a", v5.DNS), v3("hello", v3.URL), validate(v4()), version(v7()), v1({ msecs: 0, nsecs: 0, clockseq: 1, node: [1, 2, 3, 4, 5, 6] }), stringify(parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")), NIL),
  "webidl-conversions": (conversions, log) => {
    log(conversions.long("4294967298"), conversions["unsigned short"](-1), conversions.octet(300, { clamp: true }), conversions.USVString("a\ud800"), conversions.boolean(""));
    try { conversions.double(NaN, { context: "It" }); } catch (error) { log(error.name, error.message); }
  },
  yallist: ({ Yallist }, log) => {
    const list = Yallist.create([1, 2, 3]);
    list.unshift(0);
    log(list.map((x) => x * 2).toArray(), list.pop(), list.reduce((a, b) => a + b), list.sliceReverse(0, 2).toArray(), [...list]);
  },
  "yocto-queue": (Queue, log) => {
    const queue = new Queue();
    queue.enqueue("a");
    queue.enqueue("b");
    log(queue.dequeue(), queue.size, [...queue], queue.peek());
  },
};
