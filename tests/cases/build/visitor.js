import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

const text = (value) => new TextEncoder().encode(value);
const failure = async (work) => {
  try {
    await work();
  } catch (error) {
    return Response.json({ name: error.name, message: error.message, code: error.code, stack: error.stack });
  }
};

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/u":
        return new Response(request.url);
      case "/null":
        return new Response(null);
      case "/redirect":
        return Response.redirect("http://localhost/hello", 302);
      case "/fail":
        throw new Error("on purpose");
      case "/broken": {
        let n = 0;
        return new Response(
          new ReadableStream({
            pull(controller) {
              if (n++ > 0) throw new Error("stream broke");
              controller.enqueue(text("first "));
            },
          }),
        );
      }
      case "/fetch":
        return failure(() => fetch(searchParams.get("url")));
      case "/file-sync":
        return failure(async () => readFileSync("config.json", "utf8"));
      case "/file":
        return failure(() => readFile("config.json", "utf8"));
    }
  },
};
