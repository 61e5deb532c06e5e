// Uses asynchronous interfaces of Spin by name.
import { Store } from "spin:key-value/key-value@3.0.0";
import { get } from "spin:variables/variables@3.0.0";

export default {
  async fetch() {
    const store = await Store.open("default");
    await store.set("asynchronous", new TextEncoder().encode("stored"));
    const [keys, done] = await store.getKeys();
    const all = await Array.fromAsync(keys);
    await done;
    return Response.json({
      text: new TextDecoder().decode(await store.get("asynchronous")),
      variable: await get("color"),
      listed: all.includes("asynchronous"),
    });
  },
};
