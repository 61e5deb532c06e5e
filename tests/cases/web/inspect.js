// What `console` shows.
console.log(new URL("http://user@x:81/p?q=1&q=2#h"));
console.log(new URLSearchParams("a=1&b=2"), new Headers({ b: "2", a: "1" }));
console.log(new Blob(["abc"], { type: "a/b" }), new File([], "n", { lastModified: 5 }));
console.log(new AbortController(), AbortSignal.abort(1));
console.log(new TextEncoder(), new TextDecoder("latin1"));
console.log(new EventTarget(), new (class Mine extends EventTarget {})());
console.log(new ReadableStream(), new WritableStream(), new CountQueuingStrategy({ highWaterMark: 2 }));
console.log(crypto, crypto.subtle, new MessageChannel());
console.log(performance.mark("m", { startTime: 1, detail: "d" }));
console.log({ nested: { deep: { url: new URL("http://x") } } }, [new Headers()]);
console.log(Object.create(URL.prototype), URL, Headers.prototype);
console.log(new DOMException("m", "AbortError").name, [AbortSignal.abort().reason.name]);
// Looking runs no code of a script.
Object.defineProperty(URL.prototype, "href", { get() { throw new Error("called"); } });
console.log(new URL("http://x").pathname, String(Object.keys(new URL("http://x"))));
