let count = 0;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const pieces = (length, ...texts) => {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    pull(controller) {
      if (texts.length === 0) controller.close();
      else controller.enqueue(encoder.encode(texts.shift()));
    },
  });
  return new Response(body, { headers: { "content-length": length } });
};

const paths = {
  "/": () => new Response("hello"),
  "/count": () => new Response(`${++count}`),
  "/echo": (request) => new Response(request.body),
  "/text": async (request) => {
    console.log("reading");
    return new Response(`${(await request.text()).length}`);
  },
  "/request": async (request, env, ctx) =>
    Response.json({
      method: request.method,
      url: request.url,
      header: request.headers.get("x-test"),
      body: await request.text(),
      env,
      hasRemote: /^127\.0\.0\.1:\d+$/.test(ctx.remote),
    }),
  "/throw": () => {
    throw new RangeError("as it was meant to");
  },
  "/rejects": () => {
    Promise.reject(new Error("the first that nobody handles"));
    Promise.reject(new Error("the second that nobody handles"));
    return new Response("hello");
  },
  "/header": () => new Response("hello", { headers: { a: "\x01" } }),
  "/loop": () => {
    for (;;);
  },
  "/bomb": () => {
    const all = [];
    for (;;) all.push("x".repeat(1 << 16) + all.length);
  },
  "/none": () => undefined,
  "/never": () => new Promise(() => {}),
  "/hangs": async () => {
    console.log("hanging");
    await sleep(1e8);
  },
  "/later": (request, env, ctx) => {
    ctx.waitUntil(sleep(20).then(() => console.log("after the response")));
    return new Response("now");
  },
  "/fetch": async (request) => new Response((await fetch(new URL("/", request.url))).body),
  // Goes on until the client is gone.
  "/events": (request) => {
    request.signal.addEventListener("abort", () => console.log("aborted"));
    let n = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (n > 0) await sleep(10);
        controller.enqueue(new TextEncoder().encode(`data: ${n++}\n\n`));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  },
  "/large": () => new Response("x".repeat(8 << 20)),
  // Sends as much as the client takes.
  "/flood": () => {
    const piece = new Uint8Array(1 << 16);
    return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(piece) }));
  },
  "/mark": () => {
    console.log("begun");
    return new Response("marked");
  },
  "/cookies": (request) => new Response(request.headers.get("cookie")),
  "/short": () => pieces("5", "abc"),
  "/longer": () => pieces("5", "abc", "defgh"),
  "/plus": () => pieces("+5", "abcde"),
  "/strange": () => new Response("strange", { status: 599 }),
  "/named": () => new Response("named", { status: 299, statusText: "Made Up" }),
  "/inject": () => {
    throw new Error("first\n127.0.0.1:1 GET /forged 200\r\u001b[2J\u009b1m\u202e");
  },
  "/breaks": () => {
    let n = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (n++ > 0) throw new Error("the rest is missing");
        controller.enqueue(new TextEncoder().encode("the first half"));
      },
    });
    return new Response(body);
  },
};

export default {
  fetch(request, env, ctx) {
    const handler = paths[new URL(request.url).pathname];
    return handler ? handler(request, env, ctx) : new Response("not here", { status: 404 });
  },
};
