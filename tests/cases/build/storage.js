// Key-value storage and settings: each path does one thing, and tells what came of it.
import { open } from "jsvm:keyvalue";
import { get, getAll } from "jsvm:config";

const store = open();

const told = async (work) => {
  try {
    return await work();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

const list = async (store) => {
  const keys = [];
  for await (const key of store.keys()) keys.push(key);
  return keys.sort();
};

const paths = {
  "/all": async () => {
    await store.set("text", "grüße");
    await store.set("bytes", new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
    await store.set("buffer", new Uint8Array([9]).buffer);
    await store.setJson("json", { a: [1, null] });
    await store.set("gone", "");
    const before = await store.exists("gone");
    await store.delete("gone");
    await store.delete("never there");
    return {
      text: await store.getText("text"),
      bytes: [...(await store.get("bytes"))],
      buffer: [...(await store.get("buffer"))],
      json: await store.getJson("json"),
      gone: [before, await store.exists("gone"), (await store.get("gone")) === undefined, (await store.getJson("gone")) === undefined],
      count: [await store.increment("count"), await store.increment("count", 41), await store.getNumber("count")],
      none: [(await store.getNumber("none")) === undefined, await store.exists("none")],
      keys: await list(store),
    };
  },
  "/less": async () => told(() => store.increment("count", -2)),
  "/count": async () => store.increment("visits"),
  "/many": async () => {
    for (let i = 0; i < 1234; i++) await store.set(`key ${i}`, "");
    return (await list(store)).filter((key) => key.startsWith("key ")).length;
  },
  "/wrong": async () => {
    await store.set("text", "one");
    return [
      await told(() => store.increment("text")),
      await told(() => store.increment("count", 0.5)),
      await told(() => store.set("number", 1)),
      await told(() => store.get(1)),
      await told(() => store.setJson("undefined", undefined)),
      await told(() => open(1)),
      await told(() => get()),
    ];
  },
  "/other": async () => {
    const other = open("another");
    await other.set("only here", "");
    return [await list(other), await store.exists("only here")];
  },
  "/config": async () => [await get("color"), (await get("none")) === undefined, await getAll()],
};

export default {
  async fetch(request) {
    return Response.json(await told(paths[new URL(request.url).pathname]));
  },
};
