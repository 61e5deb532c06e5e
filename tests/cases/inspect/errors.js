Error.stackTraceLimit = 0;
console.log(new Error("message"), new TypeError("type"), new Error(""), new Error(), new RangeError("two\nlines"));
console.log([new Error("nested")], { e: new SyntaxError("nested") }, [[new Error("two\nlines")]]);
console.log(Object.assign(new Error("with"), { code: "E_CODE", errno: -2, details: { a: { b: { c: {} } } } }));
console.log(new Error("outer", { cause: new TypeError("inner") }));
console.log(new Error("outer", { cause: { plain: "object" } }), new Error("outer", { cause: "text" }), new Error("outer", { cause: undefined }));
console.log(new AggregateError([new Error("one"), 2], "several"), new AggregateError([]));
class MyError extends Error {}
class Named extends TypeError { constructor(message) { super(message); } get name() { return "x"; } }
class ValidationError extends Error { field = "f"; }
console.log(new MyError("mine"), new ValidationError("bad"), [new MyError("in list")]);
console.log(Object.setPrototypeOf(new Error("no prototype"), null));
const custom = new Error("m"); custom.stack = "custom stack text"; console.log(custom);
const framed = new Error("m"); framed.stack = "Error: m\n    at somewhere (file.js:1:2)\n    at other (file.js:3:4)"; console.log(framed, [framed]);
const coded = new Error("m"); coded.stack = "Error: m\n    at somewhere (file.js:1:2)"; coded.code = 1; console.log(coded, { coded });
const tagged = new Error("m"); tagged[Symbol.toStringTag] = "Tag"; console.log(tagged);
const own = new Error("m"); own.message = "m"; own.extra = own; console.log(own);
const nonstring = new Error("m"); Object.defineProperty(nonstring, "extra", { value: 1, enumerable: false }); console.log(nonstring);
console.log("%s", new Error("as string")); console.log("%s and %o", "x", 1);
console.log(new EvalError("e"), new ReferenceError("r"), new URIError("u"));
class HTTPError extends Error { name = "HTTPError"; } class Odd extends Error {} Odd.prototype.name = "OddName";
console.log(Object.create(Error.prototype) instanceof Error);
const cause = new Error("c"); cause.stack = "Error: c\n    at one (a.js:1:1)\n    at two (a.js:2:1)\n    at three (a.js:3:1)\n    at four (a.js:4:1)\n    at five (a.js:5:1)";
const outer = new Error("o", { cause }); outer.stack = "Error: o\n    at zero (a.js:9:1)\n    at two (a.js:2:1)\n    at three (a.js:3:1)\n    at four (a.js:4:1)\n    at five (a.js:5:1)"; console.log(outer);
console.log({ a: { b: { c: new Error("deep") } } });
console.log({ a: { b: { c: Object.assign(new Error("deep"), { x: 1 }) } } });
