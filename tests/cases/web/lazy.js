// The names are there, and nothing is made before it is used.
const names = [
  "Event", "EventTarget", "CustomEvent", "AbortController", "AbortSignal", "TextEncoder", "TextDecoder", "URL", "URLSearchParams",
  "crypto", "Crypto", "SubtleCrypto", "CryptoKey", "performance", "Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure",
  "Headers", "Blob", "File", "MessageChannel", "MessagePort", "MessageEvent", "ReadableStream", "ReadableStreamDefaultReader",
  "ReadableStreamBYOBReader", "ReadableStreamDefaultController", "ReadableByteStreamController", "ReadableStreamBYOBRequest",
  "WritableStream", "WritableStreamDefaultWriter", "WritableStreamDefaultController", "TransformStream",
  "TransformStreamDefaultController", "ByteLengthQueuingStrategy", "CountQueuingStrategy", "TextEncoderStream", "TextDecoderStream",
  "FormData", "Request", "Response",
];
const describe = (name) => Object.getOwnPropertyDescriptor(globalThis, name);
console.log(names.every((name) => name in globalThis && describe(name).get && describe(name).configurable && !describe(name).enumerable));
console.log(Object.keys(globalThis).length, globalThis.hasOwnProperty("Headers"));

// Replaced or deleted before they are used.
globalThis.Headers = "mine";
console.log(Headers, describe("Headers").value, describe("Headers").enumerable);
delete globalThis.File;
console.log(typeof File, "File" in globalThis, typeof Blob);
console.log(typeof File, describe("Blob").value === Blob);
(function () { "use strict"; Crypto = 1; })();
console.log(Crypto, crypto.constructor.name);
Object.defineProperty(globalThis, "MessagePort", { value: "defined" });
console.log(typeof MessageChannel, MessagePort);

// A getter that was kept still finds the class.
const { get } = describe("URL");
console.log(typeof URL, get() === URL, get.name, get.length);
const { get: again, set } = describe("Performance");
console.log(again.call(undefined) === Performance, set.name, set.length);

// All of a part become ordinary at once.
new TextEncoder();
console.log(names.filter((name) => describe(name)?.get).join());
console.log(describe("TextDecoder").writable, describe("TextDecoder").configurable, describe("TextDecoder").enumerable);

// The same class everywhere.
console.log(new URL("http://a").searchParams instanceof URLSearchParams, new AbortController().signal instanceof AbortSignal);
console.log(Object.getPrototypeOf(CustomEvent) === Event, structuredClone.name, structuredClone.length);
