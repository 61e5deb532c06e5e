// What a script puts on Object.prototype is not part of the descriptors that the platform makes.
const tries = {
  stream: async () => { const s = new ReadableStream({ start(c) { c.enqueue("a"); c.close(); } }); const r = []; for await (const x of s) r.push(x); return r.join(); },
  pipe: async () => await new Response(new Response("abc").body.pipeThrough(new TransformStream())).text(),
  tee: async () => { const [a, b] = new Response("abc").body.tee(); return await new Response(a).text() + await new Response(b).text(); },
  text: async () => { const r = []; for await (const x of new Response("abc").body.pipeThrough(new TextDecoderStream())) r.push(x); return r.join(); },
  headers: async () => JSON.stringify([...new Headers({ a: "b" })]),
  url: async () => new URL("http://a/?b=c#d").searchParams.get("b"),
  form: async () => { const f = new FormData(); f.append("a", "b"); return await new Response(f).text().then((t) => t.length > 10); },
  blob: async () => await new Blob(["a", "b"]).text(),
  event: async () => { let n; const t = new EventTarget(); t.addEventListener("x", () => n = 1); t.dispatchEvent(new Event("x")); return n; },
  abort: async () => AbortSignal.abort("x").reason,
  clone: async () => structuredClone({ a: [1, new Map([[1, 2]])] }).a[1].get(1),
  message: async () => { const c = new MessageChannel(); const p = new Promise((r) => { c.port1.onmessage = (e) => r(e.data); }); c.port2.postMessage("m"); const r = await p; c.port1.close(); return r; },
  custom: async () => new CustomEvent("x", { detail: 5 }).detail,
  dom: async () => new DOMException("a", "AbortError").code,
  encode: async () => new TextEncoder().encode("é").length,
  perf: async () => performance.mark("a").name,
  crypto: async () => crypto.randomUUID().length,
  request: async () => new Request("http://x/", { method: "POST", body: "q" }).text(),
  byob: async () => { const s = new ReadableStream({ type: "bytes", pull(c) { c.enqueue(new Uint8Array([1])); c.close(); } }); const r = s.getReader({ mode: "byob" }); return (await r.read(new Uint8Array(4))).value.length; },
  write: async () => { const w = new WritableStream({ write(x) { this.x = x; } }).getWriter(); await w.write(1); await w.close(); return 1; },
  queue: async () => new CountQueuingStrategy({ highWaterMark: 2 }).highWaterMark,
};
const pollute = { get() { throw new Error("polluted get"); }, set() { throw new Error("polluted set"); }, value: 7, writable: false, enumerable: false, configurable: false };
for (const key of ["get", "set", "value", "writable", "enumerable", "configurable"]) {
  Object.defineProperty(Object.prototype, key, { __proto__: null, value: pollute[key], writable: true, configurable: true, enumerable: false });
}
(async () => {
for (const name in tries) {
  let r; try { r = await tries[name](); } catch (e) { r = `${e}` }
  console.log(name, r);
}
})();
