// `fetch` of scripts, by a function of the embedder: heads, bodies in pieces, redirects, aborts, freezing.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { EventLoop, Snapshot } from "../dist/index.js";
import { engine } from "./help.mjs";

let server;
let origin;
const seen = [];

before(async () => {
  server = createServer(async (request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    switch (new URL(request.url, "http://localhost").pathname) {
      case "/echo": {
        const pieces = [];
        for await (const piece of request) pieces.push(piece);
        response.setHeader("x-method", request.method);
        response.end(Buffer.concat(pieces));
        break;
      }
      case "/redirect":
        response.writeHead(302, { location: "/echo?redirected" }).end();
        break;
      case "/coded":
        response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" }).end(gzipSync("coded ".repeat(100)));
        break;
      case "/cookies":
        response.writeHead(200, [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-latin", "caf\xe9"]].flat()).end();
        break;
      case "/drip":
        response.writeHead(200);
        for (let i = 0; i < 5; i++) {
          response.write(String(i));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        response.end();
        break;
      case "/broken":
        response.writeHead(200, { "content-length": 100 });
        response.write("some");
        setTimeout(() => request.socket.destroy(), 20);
        break;
      case "/never":
        break;
      default:
        response.writeHead(404, "No").end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

/** Evaluates a script with `fetch` and `origin`, and returns a copy of what it awaits. */
async function evaluated(source, fetch = globalThis.fetch, options = {}) {
  const vm = engine.createVm({ fetch, ...options });
  vm.eval(`var origin = ${JSON.stringify(origin)}`);
  const value = await new EventLoop(vm).eval(`(async () => { ${source} })()`);
  return value?.toData?.() ?? value;
}

test("heads and bodies", async () => {
  assert.deepEqual(
    await evaluated(`
      const response = await fetch(origin + "/echo", { method: "POST", body: "héllo", headers: { "x-a": "1" } });
      return [response.status, response.statusText, response.ok, response.headers.get("x-method"), await response.text()]`),
    [200, "OK", true, "POST", "héllo"],
  );
  assert.equal(seen.at(-1).headers["x-a"], "1");
  assert.deepEqual(await evaluated("return [(await fetch(origin + '/none')).status]"), [404]);
  assert.deepEqual(
    await evaluated(`
      const { headers } = await fetch(origin + "/cookies");
      return [headers.getSetCookie(), headers.get("x-latin")]`),
    [["a=1", "b=2"], "caf\xe9"],
  );
  assert.equal(await evaluated("return (await fetch(origin + '/echo', { method: 'HEAD' })).text()"), "");
  assert.equal(await evaluated("return (await fetch('data:text/plain,hi')).text()"), "hi");
});

test("codings are removed once", async () => {
  assert.equal(await evaluated("return (await fetch(origin + '/coded')).text()"), "coded ".repeat(100));
});

test("each hop of a redirect is a call", async () => {
  const urls = [];
  const fetch = (url, init) => {
    urls.push(url);
    return globalThis.fetch(url, init);
  };
  assert.deepEqual(
    await evaluated("const r = await fetch(origin + '/redirect'); return [r.redirected, r.url]", fetch),
    [true, `${origin}/echo?redirected`],
  );
  assert.deepEqual(urls, [`${origin}/redirect`, `${origin}/echo?redirected`]);
});

test("where the host follows redirects itself, they are followed", async () => {
  const fetch = async (url, init) => {
    const response = new Response("end", { status: 200 });
    if (init.redirect === "manual") {
      Object.defineProperty(response, "type", { value: "opaqueredirect" });
    }
    return response;
  };
  assert.equal(await evaluated("return (await fetch('https://a.example/')).text()", fetch), "end");
  await assert.rejects(evaluated("return fetch('https://a.example/', { method: 'POST' })", fetch), /redirects/);
});

test("bodies come in pieces", async () => {
  assert.deepEqual(
    await evaluated(`
      const response = await fetch(origin + "/drip");
      const pieces = [];
      for await (const piece of response.body) pieces.push(new TextDecoder().decode(piece));
      return [pieces.length > 1, pieces.join("")]`),
    [true, "01234"],
  );
  const large = (url) => Promise.resolve(new Response(new Uint8Array(300_000).fill(7)));
  assert.equal(await evaluated("return (await (await fetch('https://a.example/')).bytes()).length", large), 300_000);
  await assert.rejects(evaluated("return (await fetch(origin + '/broken')).text()"), /the connection broke/);
});

test("bodies go in pieces", async () => {
  assert.equal(
    await evaluated(`
      let n = 0;
      const body = new ReadableStream({ pull(c) { n++ < 50 ? c.enqueue(new Uint8Array(2000).fill(n)) : c.close() } });
      const response = await fetch(origin + "/echo", { method: "PUT", body, duplex: "half" });
      return (await response.bytes()).length`),
    100_000,
  );
  await assert.rejects(
    evaluated(`
      const body = new ReadableStream({ pull(c) { c.error(new Error("no more")) } });
      return fetch(origin + "/echo", { method: "PUT", body, duplex: "half" })`),
    /no more/,
  );
  // The receiver takes one piece.
  const once = async (url, { body }) => {
    const reader = body.getReader();
    await reader.read();
    await reader.cancel("enough");
    return new Response("done");
  };
  assert.equal(
    await evaluated(
      `let n = 0;
       const body = new ReadableStream({ pull(c) { n++ < 9 ? c.enqueue(new Uint8Array(9)) : c.close() } });
       return fetch("https://a.example/", { method: "PUT", body, duplex: "half" }).then((r) => r.text(), (e) => e.name)`,
      once,
    ),
    "done",
  );
});

test("aborts reach the function", async () => {
  let aborted = 0;
  const fetch = (url, init) => {
    init.signal.addEventListener("abort", () => aborted++);
    return globalThis.fetch(url, init);
  };
  assert.equal(
    await evaluated(
      `const controller = new AbortController();
       setTimeout(() => controller.abort(), 20);
       return fetch(origin + "/never", { signal: controller.signal }).catch((e) => e.name)`,
      fetch,
    ),
    "AbortError",
  );
  assert.equal(aborted, 1);
  const stop = new AbortController();
  const vm = engine.createVm({ fetch });
  vm.eval(`fetch(${JSON.stringify(`${origin}/never`)}).catch(() => {})`);
  setTimeout(() => stop.abort(new Error("enough")), 20);
  await assert.rejects(new EventLoop(vm, { signal: stop.signal }).run(), /enough/);
  assert.equal(aborted, 2);
  // The request is still the VM's: another event loop starts it again.
  const [request] = vm.unsettledRequests();
  assert.equal(request.name, "jsvm:http-fetch");
});

test("what the function refuses, a script gets", async () => {
  class Forbidden extends Error {
    name = "Forbidden";
  }
  const refuse = async (url) => {
    throw new Forbidden(`not ${url}`);
  };
  assert.deepEqual(
    await evaluated("return fetch('https://a.example/').catch((e) => [e.name, e.message])", refuse),
    ["Forbidden", "not https://a.example/"],
  );
  await assert.rejects(
    evaluated("return fetch('http://127.0.0.1:1/')"),
    (error) => error.scriptName === "TypeError" && /fetch of http:\/\/127\.0\.0\.1:1\/ failed/.test(error.message),
  );
  const wrong = async () => "no response";
  await assert.rejects(evaluated("return fetch('https://a.example/')", wrong), /fetch of/);
  assert.equal(await evaluated("return typeof fetch", undefined), "function");
  const without = engine.createVm();
  assert.equal(without.eval("typeof fetch").toString(), "undefined");
});

test("headers of the connection are the host's", async () => {
  const headers = [];
  const fetch = async (url, init) => {
    headers.push([...init.headers.keys()]);
    return new Response("");
  };
  await evaluated(
    `return (await fetch("https://a.example/", { headers: {
       host: "other", "content-length": "5", connection: "close, x-hop", "x-hop": "1", te: "trailers", "x-kept": "1" } })).text()`,
    fetch,
  );
  assert.deepEqual(headers, [["accept", "x-kept"]]);
});

test("a frozen request is repeated if it may be", async () => {
  const never = () => new Promise(() => {});
  const vm = engine.createVm({ fetch: never });
  vm.eval(`
    var get = fetch("https://a.example/get").then((r) => r.text());
    var post = fetch("https://a.example/post", { method: "POST", body: "x" }).catch((e) => e.name + " " + e.code + " " + e.request);
    var body = fetch("https://a.example/body").then((r) => r.text()).catch((e) => e.code)`);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 10);
  await assert.rejects(new EventLoop(vm, { signal: stop.signal }).run());
  const frozen = await Snapshot.fromBytes(await vm.snapshot().toBytes());

  const asked = [];
  const drip = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) });
  const fetch = async (url) => {
    asked.push(url);
    return new Response(url.endsWith("body") ? drip() : "again");
  };
  const thawed = engine.restore(frozen, { fetch });
  const loop = new EventLoop(thawed);
  assert.equal((await loop.settled(thawed.global.get("get"))).toString(), "again");
  assert.equal((await loop.settled(thawed.global.get("post"))).toString(), "RequestLostError ERR_REQUEST_LOST jsvm:http-fetch");
  assert.deepEqual(asked, ["https://a.example/get", "https://a.example/body"]);
  await loop.settled(thawed.eval("new Promise((end) => setTimeout(end, 50))"));
  assert.deepEqual(thawed.unsettledRequests().map(({ name }) => name), ["jsvm:http-read"]);
  // What was read of a body is lost with the process.
  const later = engine.restore(thawed.snapshot(), { fetch });
  assert.equal((await new EventLoop(later).settled(later.global.get("body"))).toString(), "ERR_REQUEST_LOST");
});

test("requests are answered by their names", async () => {
  const vm = engine.createVm({ handlers: { "acme:rate": async function (from, to) { return `${from}-${to} ${this.name} ${this.repeated}`; } } });
  const rate = vm.createRequestFunction("acme:rate");
  vm.setRoot("rate", rate);
  const promise = rate.call("a", "b");
  assert.equal((await new EventLoop(vm).settled(promise)).toString(), "a-b acme:rate false");
  assert.equal(vm.eval("Object.keys(globalThis).length"), 0);
});
