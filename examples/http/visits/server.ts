// Counts visits in the key-value storage of its host. A global variable would not do: each request
// may have an instance of its own.
import { open } from "jsvm:keyvalue";

const store = open();

export default {
  async fetch(request: Request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/favicon.ico") return new Response(null, { status: 404 });
    if (request.method === "DELETE") {
      await store.delete(pathname);
      return new Response(null, { status: 204 });
    }
    const visits = await store.increment(pathname);
    const html = `<!doctype html><title>Visits</title><p>${pathname} was visited ${visits} time${visits === 1 ? "" : "s"}.</p>\n`;
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
