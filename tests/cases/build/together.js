// For requests that come to one instance at a time: what one does, another sees.
let count = 0;
const waiting = [];
const feeds = new Set();
let controller;
const text = new TextEncoder();

const spin = () => { for (;;); };

const routes = {
  "/count": () => new Response(String(++count)),
  // Answers as soon as three are there.
  "/meet": async () => {
    const turn = waiting.length + 1;
    await new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 3) for (const go of waiting) go();
    });
    return new Response(`${turn} of ${waiting.length}`);
  },
  "/sleep": async (request) => {
    const time = Number(new URL(request.url).searchParams.get("ms"));
    await new Promise((resolve) => setTimeout(resolve, time));
    return new Response(String(++count));
  },
  "/later": (request) => {
    setTimeout(() => (count += 101), Number(new URL(request.url).searchParams.get("ms")));
    return new Response("at once");
  },
  "/feed": () => {
    let feed;
    return new Response(new ReadableStream({
      start(controller) {
        feed = controller;
        feeds.add(feed);
      },
      cancel: () => feeds.delete(feed),
    }));
  },
  "/say": (request) => {
    const word = new URL(request.url).search.slice(1);
    for (const feed of feeds) {
      feed.enqueue(text.encode(`${word}\n`));
      if (word === "end") feed.close();
    }
    return new Response("said");
  },
  "/throw": () => {
    throw new Error("on purpose");
  },
  "/never": () => new Promise(() => {}),
  "/echo": (request) => new Response(request.body),
  "/endless": () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) })),
  // Asks who never answers, until it is told to stop.
  "/ask": async () => {
    controller = new AbortController();
    try {
      await fetch("http://never.example/", { signal: controller.signal });
    } catch (error) {
      return new Response(error.name);
    }
  },
  "/stop": () => {
    controller.abort();
    return new Response("stopped");
  },
  // Each computes for ever, in another place.
  "/spin": spin,
  "/spin-later": async () => {
    await Promise.resolve();
    spin();
  },
  "/spin-in-timer": () => new Promise(() => setTimeout(spin, 10)),
  "/spin-in-jobs": () => new Promise(() => {
    const again = () => { Promise.resolve().then(again); };
    again();
  }),
  "/spin-in-stream": () => {
    let pulls = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        if (++pulls === 2) spin();
        controller.enqueue(text.encode("first"));
      },
    }));
  },
  "/spin-afterwards": (request, env, ctx) => {
    ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 10)).then(spin));
    return new Response("at once");
  },
  "/spin-and-catch": () => {
    for (;;) try { spin(); } catch {} finally { spin(); }
  },
  "/spin-in-built-in": () => [].indexOf.call({ length: 2 ** 53 - 1 }, 1),
  // Computes for a while after it has waited.
  "/work": async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const end = performance.now() + 60;
    while (performance.now() < end);
    return new Response("worked");
  },
};

export default {
  fetch: (request, env, ctx) => routes[new URL(request.url).pathname](request, env, ctx),
};
