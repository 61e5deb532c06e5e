// Objects that say how they are written: Symbol.for("nodejs.util.inspect.custom").
const custom = Symbol.for("nodejs.util.inspect.custom");
class Money {
  constructor(amount) { this.amount = amount; }
  [custom](depth, options, inspect) { return `Money<${inspect(this.amount, options)}>`; }
}
console.log(new Money(5));
console.log([new Money(1), { inner: new Money("two") }], new Map([["key", new Money(3n)]]));
console.log("%s|%o|%O", new Money(1), new Money(2), new Money(3));
console.log(Money.prototype);
console.error(new Money(6));
console.dir(new Money(7));
console.dir(new Money(8), { customInspect: true });

const show = (method) => console.log({ a: { [custom]: method } });
show(() => "two\nlines");
show(() => 5);
show(() => undefined);
show(() => ({ other: 1 }));
show(function () { return this; });
show(() => { throw new Error("broken"); });
show(() => ({ toString() { throw new Error("no text"); } }));
show(() => Symbol("s"));
show("no function");
show((depth, options) => JSON.stringify([depth, options.depth, options.colors, options.customInspect, options.maxArrayLength]));
show((depth, options, inspect) => inspect.custom === custom && options.stylize("text", "string") + inspect(new Proxy({ b: 1 }, {})));
console.log({ a: { b: { c: { [custom]: (depth) => "depth " + depth } } } });
console.log(new Proxy(new Money(9), {}));

// Without end, and with what it shows.
const self = { [custom]: (depth, options, inspect) => inspect({ again: self }) };
const text = [];
const loop = { [custom]: () => ({ [custom]: loop[custom] }) };
console.log("before");
console.log(typeof self, typeof loop);
const circle = { name: "circle", [custom](depth, options, inspect) { return { circle: this.name }; } };
circle.self = circle;
console.log([circle, circle]);
