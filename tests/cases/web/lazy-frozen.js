// Frozen, the names stay accessors and work.
Object.freeze(globalThis);
console.log(new URL("http://a").href, URL === URL, new Headers([["a", "b"]]).get("a"));
console.log(typeof Object.getOwnPropertyDescriptor(globalThis, "URL").get);
