// Parts work when a script has replaced what the language brings, before they are first used.
const log = console.log;
const broken = () => { throw new Error("a patched method was called"); };
const classes = [Array, String, Map, Set, WeakMap, RegExp, Function, Promise];
for (let i = 0; i < classes.length; i++) {
  const { prototype } = classes[i];
  const keys = Reflect.ownKeys(prototype);
  for (let j = 0; j < keys.length; j++) {
    if (keys[j] === "constructor" || keys[j] === "then") continue;
    const property = Object.getOwnPropertyDescriptor(prototype, keys[j]);
    if (typeof property.value === "function" && property.writable) prototype[keys[j]] = broken;
  }
}
log(new URL("?a=1", "http://x/y").href, new URLSearchParams({ b: "2" }).get("b"));
const params = new URLSearchParams("z=1&a=2");
params.sort();
params.append("q", "3");
params.delete("a");
log(String(params), params.entries().next().value[0]);
const headers = new Headers({ b: "2", a: "1" });
headers.append("c", "3");
log(headers.keys().next().value, headers.get("c"));
const controller = new AbortController();
const any = AbortSignal.any({ *[Symbol.iterator]() { yield controller.signal; } });
any.addEventListener("abort", (event) => log(event.type));
controller.abort();
log(new TextDecoder().decode(new TextEncoder().encode("ä")), crypto.randomUUID().length, new Blob({ *[Symbol.iterator]() { yield "abc"; } }).size);
log(performance.mark("m", { startTime: 1 }).name, structuredClone({ a: new Map(), b: /x/g, c: [1] }).c[0]);
crypto.subtle.digest("SHA-1", new Uint8Array(1)).then((digest) => log(digest.byteLength));
