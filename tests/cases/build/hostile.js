// A server that misbehaves: each path in its own way.
const encoder = new TextEncoder();

const paths = {
  "/": () => new Response("hello"),
  "/loop": () => {
    for (;;);
  },
  "/bomb": () => {
    const all = [];
    for (;;) all.push(new Uint8Array(1 << 20).fill(1));
  },
  "/hangs": () => new Promise((resolve) => setTimeout(resolve, 1e8)),
  "/breaks": () => {
    let count = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (count++ > 0) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          for (;;);
        }
        controller.enqueue(encoder.encode("the first half"));
      },
    });
    return new Response(body);
  },
  "/text": async (request) => new Response(`${(await request.text()).length}`),
  "/fetch": async () => {
    try {
      await fetch("http://127.0.0.1:9/");
    } catch (error) {
      return new Response(error.message);
    }
  },
};

export default {
  fetch: (request) => paths[new URL(request.url).pathname](request),
};
