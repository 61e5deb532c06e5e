import { open } from "jsvm:keyvalue";

const store = open();

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/visits") {
      return Response.json({ visits: await store.increment("visits") });
    }
    return new Response("Hello from jsvm!\n");
  },
};
