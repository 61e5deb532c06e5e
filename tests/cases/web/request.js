const show = (promise) => promise.catch((e) => e.constructor.name);
const thrown = (run) => {
  try {
    return run();
  } catch (error) {
    return error.constructor.name;
  }
};
(async () => {
  const plain = new Request("http://A/b/../c?q#f");
  console.log(plain.method, plain.url, plain.body, plain.bodyUsed, [...plain.headers].length, plain.duplex);
  console.log(plain.redirect, plain.mode, plain.credentials, plain.cache, plain.referrer, JSON.stringify(plain.referrerPolicy), plain.keepalive, JSON.stringify(plain.destination), JSON.stringify(plain.integrity));
  const options = { redirect: "manual", credentials: "omit", cache: "no-store", keepalive: true, referrerPolicy: "origin", integrity: "i" };
  const full = new Request(new URL("http://x/"), options);
  for (const name in options) console.log(name, full[name]);
  console.log(["get", "post", "Put", "delete", "head", "options", "patch", "Mine"].map((method) => new Request("http://a", { method }).method).join());

  // Bodies.
  const post = new Request("http://a", { method: "POST", body: "b", headers: { "X-A": "1" } });
  console.log(post.headers.get("content-type"), post.headers.get("x-a"), await post.text(), post.bodyUsed);
  const typed = new Request("http://a", { method: "POST", body: "b", headers: { "content-type": "x/y" } });
  console.log(typed.headers.get("content-type"), (await typed.blob()).type);
  const stream = () => ReadableStream.from([new Uint8Array([115])]);
  console.log(await new Request("http://a", { method: "POST", body: stream(), duplex: "half" }).text());
  console.log(await new Request("http://a", { method: "POST", body: stream() }).text());

  // From another request.
  const source = new Request("http://a/1", { method: "POST", body: "moved", headers: { a: "1" }, redirect: "error" });
  const next = new Request(source);
  console.log(source.bodyUsed, next.method, next.url, next.redirect, next.headers.get("a"), await next.text(), await show(source.text()), thrown(() => new Request(source)));
  const changed = new Request(next, { method: "PUT", body: "new", headers: { b: "2" } });
  console.log(changed.method, changed.headers.get("a"), changed.headers.get("b"), await changed.text());
  const original = new Request("http://a", { method: "POST", body: "copied" });
  const copy = original.clone();
  console.log(await original.text(), await copy.text(), copy.method, thrown(() => original.clone()));

  // Signals.
  console.log(plain.signal.aborted, plain.signal === plain.signal, plain.signal instanceof AbortSignal);
  const controller = new AbortController();
  const request = new Request("http://a", { signal: controller.signal });
  const other = request.clone();
  const heard = [];
  request.signal.addEventListener("abort", () => heard.push("request"));
  new Request(other).signal.onabort = () => heard.push("copy");
  controller.abort("why");
  console.log(heard.join(), request.signal === controller.signal, request.signal.reason, other.signal.aborted);
  console.log(new Request("http://a", { signal: AbortSignal.abort(1) }).signal.reason, new Request(request, { signal: null }).signal.aborted);

  for (const refused of [
    () => new Request(), () => new Request("/relative"), () => new Request("http://u:p@a/"), () => new Request("http://a", { body: "b" }),
    () => new Request("http://a", { method: "HEAD", body: "b" }), () => new Request("http://a", { method: "a b" }), () => new Request("http://a", { method: "TRACE" }),
    () => new Request("http://a", { method: "connect" }), () => new Request("http://a", { redirect: "never" }), () => new Request("http://a", { mode: "navigate" }),
    () => new Request("http://a", { credentials: "x" }), () => new Request("http://a", { cache: "only-if-cached" }), () => new Request("http://a", { signal: {} }),
    () => new Request("http://a", { window: 1 }), () => new Request("http://a", 1),
    () => Request("http://a"), () => Request.prototype.url, () => Request.prototype.headers, () => Request.prototype.signal,
    () => new Request("http://a", { method: "POST", body: stream(), duplex: "full" }),
  ]) console.log(thrown(refused));
  console.log(String(plain), Request.length, Request.name, Object.keys(Request.prototype).filter((key) => key !== "attribute").sort().join());
})();
