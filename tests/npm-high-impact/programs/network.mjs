// Packages over connections, streams and processes.
// Each program gets the default export (or all exports, if there is none), `log`, and all exports.
const listening = async (server) => {
  server.listen(0, "127.0.0.1");
  await (await import("node:events")).once(server, "listening");
  return server.address().port;
};
const echo = async () => {
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk)).on("end", () => {
      if (request.url === "/moved") response.writeHead(302, { location: "/there" }).end();
      else response.setHeader("content-type", "application/json").end(JSON.stringify({ method: request.method, url: request.url, type: request.headers["content-type"]?.split(";")[0], body: body.length < 200 ? body : body.length }));
    });
  });
  return { base: `http://127.0.0.1:${await listening(server)}`, close: () => { server.close(); server.closeAllConnections(); } };
};
const proxy = async () => {
  const { createServer } = await import("node:http");
  const { connect } = await import("node:net");
  const seen = [];
  const server = createServer((request, response) => { seen.push(`${request.method} ${new URL(request.url).pathname}`); response.end("by the proxy"); });
  server.on("connect", (request, socket) => {
    seen.push("CONNECT");
    const [host, port] = request.url.split(":");
    const target = connect(Number(port), host, () => { socket.write("HTTP/1.1 200 OK\r\n\r\n"); target.pipe(socket).pipe(target); });
    for (const end of [target, socket]) end.on("error", () => {});
  });
  return { base: `http://127.0.0.1:${await listening(server)}`, seen, close: () => { server.close(); server.closeAllConnections(); } };
};
const got = (module, url, options) => new Promise((done, fail) => module.get(url, options, (response) => {
  let text = "";
  response.on("data", (chunk) => (text += chunk)).on("end", () => done([response.statusCode, text]));
}).on("error", fail));

export const network = {
  "agent-base": async (_, log, { Agent }) => {
    const { connect } = await import("node:net");
    const { base, close } = await echo();
    class Ours extends Agent {
      async connect(request, options) { log("connect", options.secureEndpoint); return connect(options); }
    }
    log(await got(await import("node:http"), `${base}/a`, { agent: new Ours() }));
    close();
  },
  "cross-spawn": (spawn, log) => {
    const { status, stdout } = spawn.sync("node", ["-e", "console.log(1 + 1)"], { encoding: "utf8" });
    log(status, stdout);
  },
  execa: async (_, log, { execa, $ }) => {
    log((await execa("node", ["-e", "console.log(1 + 1)"])).stdout, (await $`echo ${"a b"}`).stdout);
  },
  "form-data": async (FormData, log) => {
    const { base, close } = await echo();
    const form = new FormData();
    form.setBoundary("---------------boundary");
    form.append("a", "1");
    form.append("file", Buffer.from("hello"), { filename: "x.txt", contentType: "text/plain" });
    log(form.getHeaders(), form.getLengthSync(), form.getBuffer().toString());
    const answer = await new Promise((done, fail) => form.submit(`${base}/post`, (error, response) => (error ? fail(error) : done(response))));
    log(answer.statusCode, JSON.parse((await answer.toArray()).join("")).type);
    close();
  },
  "get-stream": async (getStream, log, { getStreamAsBuffer, getStreamAsArray }) => {
    const { Readable } = await import("node:stream");
    log(await getStream(Readable.from(["a", "bc"])), await getStreamAsBuffer(Readable.from([Buffer.from("x")])), await getStreamAsArray(Readable.from([1, { a: 1 }])), await getStream(new Blob(["web"]).stream()));
    log(await getStream(Readable.from(["abcdef"]), { maxBuffer: 3 }).catch((error) => [error.name, error.bufferedData]));
  },
  "http-proxy-agent": async (_, log, { HttpProxyAgent }) => {
    const through = await proxy();
    log(await got(await import("node:http"), "http://example.test/path", { agent: new HttpProxyAgent(through.base) }), through.seen);
    through.close();
  },
  "https-proxy-agent": async (_, log, { HttpsProxyAgent }) => {
    const [through, target] = [await proxy(), await echo()];
    log(await got(await import("node:http"), `${target.base}/b`, { agent: new HttpsProxyAgent(through.base) }), through.seen);
    through.close();
    target.close();
  },
  "is-stream": async (_, log, { isStream, isReadableStream, isDuplexStream, isTransformStream }) => {
    const { Readable, PassThrough } = await import("node:stream");
    log(isStream(new PassThrough()), isReadableStream(Readable.from([])), isDuplexStream(Readable.from([])), isTransformStream(new PassThrough()), isStream({}));
  },
  minipass: async (_, log, { Minipass }) => {
    const upper = new (class extends Minipass { write(chunk, ...rest) { return super.write(chunk.toString().toUpperCase(), ...rest); } })({ encoding: "utf8" });
    upper.write("a");
    upper.end("b");
    log(await upper.concat(), upper.emittedEnd);
    const objects = new Minipass({ objectMode: true });
    objects.write({ a: 1 });
    objects.end([2]);
    for await (const value of objects) log(value);
  },
  "node-fetch": async (fetch, log, { Headers, FormData, AbortError, FetchError }) => {
    const { base, close } = await echo();
    const answer = await fetch(`${base}/a?b`, { method: "POST", body: JSON.stringify({ x: 1 }), headers: { "content-type": "application/json" } });
    log(answer.status, answer.ok, await answer.json(), (await (await fetch(`${base}/moved`)).json()).url);
    const form = new FormData();
    form.set("k", "v");
    log((await (await fetch(base, { method: "POST", body: form })).json()).type, [...new Headers({ B: "2", a: "1" })]);
    log(await fetch("http://127.0.0.1:1").catch((error) => [error instanceof FetchError, error.code]), await fetch(base, { signal: AbortSignal.abort() }).catch((error) => error.name));
    close();
  },
  "readable-stream": async (_, log, { Transform, Readable, pipeline, finished }) => {
    const upper = new Transform({ transform: (chunk, _, done) => done(null, chunk.toString().toUpperCase()) });
    const seen = [];
    await new Promise((done, fail) => pipeline(Readable.from(["a", "b"]), upper, async function* (source) { for await (const chunk of source) seen.push(String(chunk)); }, (error) => (error ? fail(error) : done())));
    finished(upper, (error) => log(seen, error ?? "finished"));
    log(await Readable.from([1, 2, 3]).map((x) => x * 2).toArray());
  },
  "signal-exit": async (_, log, { onExit }) => {
    onExit((code, signal) => log("exit", code, signal));
    onExit(() => log("last"), { alwaysLast: true })();
    onExit(() => log("always last"), { alwaysLast: true });
    process.exitCode = 0;
    setTimeout(() => process.exit(0), 5);
  },
  string_decoder: ({ StringDecoder }, log) => {
    const decoder = new StringDecoder("utf8");
    log(decoder.write(Buffer.from([0xe2, 0x82])), decoder.write(Buffer.from([0xac])), decoder.end(Buffer.from([0xe2])), new StringDecoder("base64").write(Buffer.from("ab")));
  },
  ws: async (_, log, { WebSocket, WebSocketServer }) => {
    const { once } = await import("node:events");
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
    await once(server, "listening");
    server.on("connection", (socket, request) => socket.on("message", (data, binary) => socket.send(binary ? data : `${request.url}:${data}`)));
    const client = new WebSocket(`ws://127.0.0.1:${server.address().port}/chat`);
    await once(client, "open");
    client.send("hello");
    log(String((await once(client, "message"))[0]));
    client.send(Buffer.from([1, 2, 3]));
    log((await once(client, "message"))[0]);
    client.close(1000, "bye");
    log((await once(client, "close"))[0]);
    server.close();
  },
};
