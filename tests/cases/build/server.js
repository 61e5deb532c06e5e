// One program for many tests: each path is one.
import { config } from "./config.js";

const started = config.name.toUpperCase();
let count = 0;
let dice = [];

const deep = (n) => (n === 0 ? 0 : 1 + deep(n - 1));
const endless = () => endless() + 1;

const routes = {
  "/hello": () => new Response("hello"),
  "/state": () => Response.json({ started, count: ++count }),
  "/random": () => {
    dice = [Math.random(), crypto.randomUUID()];
    return Response.json(dice);
  },
  "/clock": () => Response.json({ now: Date.now(), uptime: performance.now() }),
  "/request": async (request) =>
    Response.json({
      method: request.method,
      url: request.url,
      header: request.headers.get("x-test"),
      body: await request.text(),
    }),
  "/status": () => new Response(null, { status: 204, headers: [["x-a", "1"], ["x-a", "2"], ["x-latin", "\xe9"]] }),
  "/echo": (request) => new Response(request.body),
  "/transform": (request) =>
    new Response(
      request.body.pipeThrough(
        new TransformStream({
          transform: (chunk, controller) => controller.enqueue(chunk.map((byte) => byte + 1)),
        }),
      ),
    ),
  "/timer": async () => {
    const before = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return new Response(String(performance.now() - before >= 49));
  },
  "/interval": () => {
    let ticks = 0;
    let timer;
    const body = new ReadableStream({
      start(controller) {
        timer = setInterval(() => {
          controller.enqueue(new TextEncoder().encode(`tick ${++ticks}\n`));
          if (ticks === 3) {
            clearInterval(timer);
            controller.close();
          }
        }, 20);
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  },
  "/console": () => {
    console.log("to stdout %d", 1);
    console.error("to stderr");
    return new Response("ok");
  },
  "/throw": () => {
    throw new RangeError("thrown on purpose");
  },
  "/reject": async () => {
    await null;
    throw new RangeError("rejected on purpose");
  },
  "/nothing": () => "no response",
  "/never": () => new Promise(() => {}),
  "/large": () => new Response(new Uint8Array(10_000_000)),
  "/half": () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(10));
          setTimeout(() => controller.error(new Error("broken")), 10);
        },
      }),
    ),
  "/deep": () => {
    const depth = deep(100);
    try {
      endless();
    } catch (error) {
      return new Response(`${depth} ${error.name}`);
    }
  },
  "/recursion": async (request) => {
    const caught = (0, eval)(`try { ${await request.text()} 'nothing was thrown' } catch (e) { e.name }`);
    return new Response(caught);
  },
  "/later": async () => new Response((await import("./later.js")).default),
  "/missing": async (request) => {
    const name = "./elsewhere.js";
    return new Response((await import(name)).default);
  },
  "/env": (_, env) => Response.json({ env, node: process.env.NODE_ENV, api: process.env.API }),
  "/wait": (_, env, ctx) => {
    ctx.waitUntil(
      (async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        console.log("afterwards");
      })(),
    );
    return new Response("at once");
  },
  "/fetch": async () => {
    const response = await fetch("http://example.com/path?a=1", {
      method: "POST",
      headers: { "x-out": "yes" },
      body: "sent",
    });
    return new Response(`${response.status} ${response.headers.get("x-echo")} ${await response.text()}`);
  },
  "/refused": async () => {
    try {
      await fetch("http://refused.example/");
    } catch (error) {
      return new Response(error.name);
    }
  },
};

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const route = routes[pathname];
    if (!route) return new Response("not found", { status: 404 });
    return route(request, env, ctx);
  },
};
