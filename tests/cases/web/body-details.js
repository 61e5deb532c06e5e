// Streams of requests, and clones of bodies.
(async () => {
  const bytes = (...all) => Uint8Array.from(all);
  const of = (...chunks) => ReadableStream.from(chunks);
  // A request has the stream that it was given, and does not touch it.
  const stream = of(bytes(1, 2), bytes(3));
  const request = new Request("http://a.test/", { method: "POST", body: stream, duplex: "half" });
  console.log(request.body === stream, stream.locked, request.bodyUsed);
  console.log(await request.bytes(), request.bodyUsed, stream.locked);
  const locked = of(bytes(1));
  locked.getReader();
  try {
    new Request("http://a.test/", { method: "POST", body: locked, duplex: "half" });
  } catch (error) {
    console.log(error.name, error.message);
  }
  // A request of another takes its body.
  const first = new Request("http://a.test/", { method: "POST", body: of(bytes(9)), duplex: "half" });
  const second = new Request(first);
  console.log(first.bodyUsed, second.bodyUsed, await second.bytes());

  // What one clone writes to a chunk, the other does not see.
  const response = new Response(of(bytes(1, 2, 3)));
  const copy = response.clone();
  const [one, two] = await Promise.all([response, copy].map(async ({ body }) => (await body.getReader().read()).value));
  one.fill(0);
  console.log(one, two, one.buffer === two.buffer);
  const twice = new Response(of(bytes(1), bytes(2)));
  const clones = [twice.clone(), twice.clone(), twice];
  console.log(await Promise.all(clones.map((response) => response.bytes())));
})();
