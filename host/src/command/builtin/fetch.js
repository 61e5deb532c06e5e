// `fetch` (Fetch Standard), as far as a client goes whose bodies are whole. The network is behind
// `request`, which returns a promise and takes an `AbortSignal` last.
(request) => {
  // Parts of the web platform are named where they are needed: to name one makes it.
  const { Headers, Uint8Array, ArrayBuffer, TextEncoder, TextDecoder, URL } = globalThis;
  const used = () => new TypeError("Body is unusable: it was read already");

  class Response {
    #status; #statusText; #url; #redirected; #headers; #bytes; #body; #used = false;
    constructor(made, status, statusText, url, redirected, headers, bytes) {
      if (made !== request) throw new TypeError("Illegal constructor");
      this.#status = status;
      this.#statusText = statusText;
      this.#url = url;
      this.#redirected = redirected;
      this.#headers = headers;
      this.#bytes = bytes;
    }
    get type() { return "basic"; }
    get status() { return this.#status; }
    get statusText() { return this.#statusText; }
    get ok() { return this.#status >= 200 && this.#status < 300; }
    get url() { return this.#url; }
    get redirected() { return this.#redirected; }
    get headers() { return this.#headers; }
    get bodyUsed() { return this.#used || (this.#body?.locked ?? false); }
    get body() {
      const bytes = this.#bytes;
      this.#body ??= new ReadableStream({
        pull: (controller) => {
          this.#used = true;
          if (bytes.length > 0) controller.enqueue(bytes);
          controller.close();
        },
      }, { highWaterMark: 0 });
      return this.#body;
    }
    #take() {
      if (this.bodyUsed) throw used();
      this.#used = true;
      return this.#bytes;
    }
    async bytes() { return this.#take(); }
    async arrayBuffer() {
      const { buffer, byteOffset, byteLength } = this.#take();
      return buffer.slice(byteOffset, byteOffset + byteLength);
    }
    async text() { return new TextDecoder().decode(this.#take()); }
    async json() { return JSON.parse(new TextDecoder().decode(this.#take())); }
    async blob() { return new Blob([this.#take()], { type: this.#headers.get("content-type") ?? "" }); }
    clone() {
      if (this.bodyUsed) throw used();
      const [headers, bytes] = [new Headers(this.#headers), this.#bytes.slice()];
      return new Response(request, this.#status, this.#statusText, this.#url, this.#redirected, headers, bytes);
    }
    get [Symbol.toStringTag]() { return "Response"; }
  }

  // The bytes of a body, and what they are if no header says so.
  const extract = async (body) => {
    if (body === undefined || body === null) return [undefined, undefined];
    if (typeof body === "string") return [new TextEncoder().encode(body), "text/plain;charset=UTF-8"];
    if (body instanceof ArrayBuffer) return [new Uint8Array(body.slice(0)), undefined];
    if (ArrayBuffer.isView(body)) {
      return [new Uint8Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength)), undefined];
    }
    if (body instanceof URLSearchParams) {
      return [new TextEncoder().encode(String(body)), "application/x-www-form-urlencoded;charset=UTF-8"];
    }
    if (body instanceof Blob) return [await body.bytes(), body.type || undefined];
    if (body instanceof ReadableStream) {
      const parts = [];
      for await (const part of body) parts.push(part);
      return [await new Blob(parts).bytes(), undefined];
    }
    return [new TextEncoder().encode(String(body)), "text/plain;charset=UTF-8"];
  };

  const NORMALISED = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
  const REDIRECTS = ["follow", "error", "manual"];

  return async function fetch(input, init = {}) {
    const url = new URL(String(input));
    if (url.username || url.password) throw new TypeError("fetch does not take a URL with credentials");
    const signal = init.signal ?? undefined;
    signal?.throwIfAborted();
    let method = String(init.method ?? "GET");
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) throw new TypeError(`'${method}' is not a valid HTTP method`);
    if (NORMALISED.includes(method.toUpperCase())) method = method.toUpperCase();
    if (["CONNECT", "TRACE", "TRACK"].includes(method.toUpperCase())) throw new TypeError(`'${method}' HTTP method is unsupported`);
    const redirect = String(init.redirect ?? "follow");
    if (!REDIRECTS.includes(redirect)) throw new TypeError(`'${redirect}' is not a redirect mode: ${REDIRECTS.join(", ")}`);
    const headers = new Headers(init.headers);
    const hasBody = init.body !== undefined && init.body !== null;
    if (hasBody && (method === "GET" || method === "HEAD")) throw new TypeError(`a request with the method ${method} cannot have a body`);
    const [body, type] = await extract(init.body);
    if (type !== undefined && !headers.has("content-type")) headers.set("content-type", type);
    const [status, statusText, final, redirected, list, bytes] =
      await request(url.href, method, [...headers], body, redirect, { signal });
    return new Response(request, status, statusText, final, redirected, new Headers(list), bytes);
  };
}
