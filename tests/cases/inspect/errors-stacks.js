function first() { return new Error("message"); }
function second() { return first(); }
console.log(second());
console.log({ error: second() });
try { null.x; } catch (e) { console.log(e); }
try { undefinedName; } catch (e) { console.log(e); }
try { eval("let let"); } catch (e) { console.log(e); }
try { JSON.parse("{"); } catch (e) { console.log(e.name); }
class MyError extends Error { constructor(m, options) { super(m, options); this.name = "MyError"; this.code = 42; } }
console.log(new MyError("mine"));
console.log(new MyError("outer", { cause: second() }));
console.log(new AggregateError([second()], "several"));
console.log(new DOMException("not here", "NotFoundError"));
const late = new Error("before"); late.message = "after"; late.name = "Late"; console.log(late);
console.log([second()].length, "%s", 1); console.log("%s", second());
function traced() { console.trace("at %s", "here", { a: 1 }); } traced(); console.trace();
console.log(Object.create(Error.prototype), Object.create(new Error("inherited")));
const target = {}; Error.captureStackTrace(target); console.log(Object.keys(target), typeof target.stack);
Error.prepareStackTrace = () => ["structured"]; console.log(new Error("prepared")); Error.prepareStackTrace = undefined;
Error.stackTraceLimit = 1; console.log(second());
