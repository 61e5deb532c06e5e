const show = (promise) => promise.catch((e) => e.constructor.name);
const thrown = (run) => {
  try {
    return run();
  } catch (error) {
    return error.constructor.name;
  }
};
(async () => {
  // What bodies are made of.
  for (const body of [
    undefined, null, "text €", "", 12, { toString: () => "object" }, new Uint8Array([104, 105]), new Uint8Array([1, 104, 105]).subarray(1),
    new Uint8Array([104]).buffer, new DataView(new ArrayBuffer(2)), new Blob(["b"], { type: "B/b" }), new Blob(["b"]),
    new URLSearchParams({ a: "1 2" }), ReadableStream.from([new Uint8Array([115]), new Uint8Array([116])]),
  ]) {
    const response = new Response(body);
    console.log(response.headers.get("content-type"), response.body === null, response.bodyUsed, JSON.stringify(await response.text()), response.bodyUsed);
  }
  const stream = new ReadableStream();
  console.log(new Response(stream).body === stream);

  // How they are read.
  console.log(await new Response('{"a": [1]}').json(), await show(new Response("{").json()));
  console.log(new Uint8Array(await new Response("ab").arrayBuffer()), (await new Response("ab").arrayBuffer()).constructor.name);
  const blob = await new Response("ab", { headers: { "content-type": "X/y; Z=1" } }).blob();
  console.log(blob.type, blob.size, await blob.text(), blob instanceof Blob);
  console.log(await new Response("\ufeffa").text(), (await new Response(new Uint8Array([0xff])).text()).codePointAt(0).toString(16));
  const once = new Response("x");
  const reading = once.text();
  console.log(once.bodyUsed, await show(once.text()), await reading, await show(once.json()), thrown(() => once.clone()));
  const locked = new Response("x");
  const reader = locked.body.getReader();
  console.log(locked.bodyUsed, locked.body.locked, await show(locked.text()));
  console.log(new TextDecoder().decode((await reader.read()).value), locked.bodyUsed, (await reader.read()).done);
  const consumed = new Response("x");
  await consumed.text();
  console.log(consumed.body.locked, thrown(() => new Response(consumed.body)));
  const early = new Response("early");
  const { body } = early;
  console.log(await early.text(), body.locked, thrown(() => body.getReader()));
  console.log(await show(new Response(ReadableStream.from(["text"])).text()), await new Response(ReadableStream.from([new Uint8Array(0), new Uint8Array([65])])).text());
  const wrong = new Error("mine");
  console.log(await new Response(new ReadableStream({ pull() { throw wrong; } })).text().catch((e) => e === wrong));

  // A body goes on in another response, and through a transform.
  const moved = new Response(new Response("moved").body, { status: 201 });
  console.log(moved.status, moved.headers.get("content-type"), await moved.text());
  const upper = new TransformStream({ transform: (chunk, c) => c.enqueue(chunk.toUpperCase()) });
  const through = new Response("abc").body.pipeThrough(new TextDecoderStream()).pipeThrough(upper).pipeThrough(new TextEncoderStream());
  console.log(await new Response(through).text());
  const byob = new Response("bytes").body.getReader({ mode: "byob" });
  console.log(new TextDecoder().decode((await byob.read(new Uint8Array(3))).value));

  // Copies.
  const first = new Response("copied", { status: 202, statusText: "S", headers: { a: "1" } });
  const second = first.clone();
  second.headers.set("a", "2");
  console.log(second.status, second.statusText, first.headers.get("a"), await first.text(), await second.text());
  const teed = new Response(ReadableStream.from([new Uint8Array([97]), new Uint8Array([98])]));
  const other = teed.clone();
  console.log(await other.text(), await teed.text());
  const bytes = new Response("ab");
  const copy = bytes.clone();
  new Uint8Array(await bytes.arrayBuffer())[0] = 120;
  console.log(await copy.text());

  // Heads.
  const plain = new Response();
  console.log(plain.status, plain.ok, plain.statusText, plain.type, plain.url, plain.redirected, plain.body);
  console.log(new Response(null, { status: 204 }).status, new Response(null, { status: 599.9 }).ok, new Response(null, { status: "299" }).ok);
  const json = Response.json({ a: 1 }, { status: 201, headers: { b: "2" } });
  console.log(json.status, json.headers.get("content-type"), json.headers.get("b"), await json.text());
  console.log(Response.json(1, { headers: { "content-type": "x/y" } }).headers.get("content-type"));
  const redirect = Response.redirect("http://a/ b");
  console.log(redirect.status, redirect.headers.get("location"), thrown(() => redirect.headers.set("a", "b")));
  const error = Response.error();
  console.log(error.type, error.status, thrown(() => error.headers.append("a", "b")));
  for (const refused of [
    () => new Response("", { status: 199 }), () => new Response("", { status: 600 }), () => new Response("", { status: 204 }),
    () => new Response("", { statusText: "\n" }), () => new Response("", 1), () => new Response(stream.getReader() && stream),
    () => Response.json(undefined), () => Response.json(), () => Response.redirect("no url"), () => Response.redirect("http://a", 200),
    () => new Response("", { headers: { "a b": "1" } }), () => Response(), () => Response.prototype.status, () => Response.prototype.headers,
  ]) console.log(thrown(refused));
  console.log(await show(Response.prototype.text.call({})), thrown(() => Response.prototype.clone.call({})));
  console.log(String(plain), Response.length, Response.name, Object.keys(Response.prototype).sort().join());
})();
