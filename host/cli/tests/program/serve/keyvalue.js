import { open } from "jsvm:keyvalue";

const store = open();

const paths = {
  "/count": () => store.increment("count"),
  "/read": () => store.getText("count"),
  "/grow": async () => {
    await store.set(`value ${Math.random()}`, "x".repeat(50_000));
  },
};

export default {
  async fetch(request) {
    try {
      return new Response(`${await paths[new URL(request.url).pathname]()}`);
    } catch (error) {
      return new Response(error.message, { status: 500 });
    }
  },
};
