// Counts requests in the store that all hosts share.
import { open } from "jsvm:keyvalue";

const store = open();

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/total") return Response.json((await store.getNumber("hits")) ?? 0);
    return Response.json(await store.increment("hits"));
  },
};
