// The stack is a property of the error itself, as in V8.
const P = console.log;
const cut = (s) => String(s).split('\n').filter(l=>/^ *at/.test(l)).length > 0;
const e = new TypeError('m', { cause: 1 });
P(Object.getOwnPropertyNames(e).join());
P(cut(JSON.parse(JSON.stringify(e, Object.getOwnPropertyNames(e))).stack));
P(JSON.stringify(e), Object.keys(e).length);
const d = Object.getOwnPropertyDescriptor(e, 'stack');
P(d.writable, d.enumerable, d.configurable);
P(cut(Object.create(e).stack));
e.stack = undefined; P(e.stack);
e.stack = 5; P(e.stack); P(delete e.stack, e.stack, 'stack' in e);
try { throw e } catch (x) { P(x === e, x.stack) }
try { null.x } catch (x) { P(Object.getOwnPropertyNames(x).join(), cut(x.stack)) }
function Old(m) { this.message = m; this.stack = undefined } Old.prototype = Object.create(Error.prototype);
P(new Old('x').stack);
class Sub extends Error { constructor() { super('s'); this.name = 'Sub'; } }
P(Object.getOwnPropertyNames(new Sub()).join(), cut(new Sub().stack));
const o = {}; Error.captureStackTrace(o); P(cut(o.stack), Object.getOwnPropertyNames(o).join());
Error.stackTraceLimit = 0; P(Object.getOwnPropertyNames(new Error('x')).join());
Error.stackTraceLimit = 10;
P(Object.getOwnPropertyNames(new AggregateError([1], 'x')).join());
