import { greeting } from "./greeting.ts";

/** Answers HTTP requests. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/") {
      return new Response(greeting(searchParams.get("name") ?? "world"));
    }
    return new Response("not found\n", { status: 404 });
  },
};
