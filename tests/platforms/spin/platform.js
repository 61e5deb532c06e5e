// Uses what `--host spin` gives a program.
import fs from "node:fs";
import { get } from "jsvm:config";
import { open } from "jsvm:keyvalue";

const store = open();
const answers = {
  environment: (_, env) => [process.env.COLOR, env.COLOR],
  count: () => store.increment("visits"),
  variable: () => get("color"),
  file: () => fs.readFileSync("/data/note.txt", "utf8"),
  folder: () => fs.readdirSync("/data"),
  fetch: async (url) => (await fetch(url.searchParams.get("url"))).text(),
  refused: (url) =>
    fetch(url.searchParams.get("url")).then(
      () => "permitted",
      (error) => error.name,
    ),
  internal: async () => (await fetch("http://http.spin.internal/environment")).json(),
  console() {
    console.log("to stdout");
    console.error("to stderr");
    return "printed";
  },
};

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    return Response.json(await answers[url.pathname.split("/").at(-1)](url, env));
  },
};
