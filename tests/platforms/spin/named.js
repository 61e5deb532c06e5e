// Uses interfaces of Spin by name.
import { Store } from "fermyon:spin/key-value@2.0.0";
import { get as getVariable } from "fermyon:spin/variables@2.0.0";
import { get as getConfig } from "wasi:config/store@0.2.0-draft-2024-09-27";
import { increment } from "wasi:keyvalue/atomics@0.2.0-draft2";
import { open } from "wasi:keyvalue/store@0.2.0-draft2";

export default {
  fetch(request) {
    const name = new URL(request.url).pathname;
    const store = Store.open("default");
    store.set(`${name}/text`, new TextEncoder().encode("stored"));
    let refused;
    try {
      Store.open("other");
    } catch (error) {
      refused = error.payload.tag;
    }
    return Response.json({
      text: new TextDecoder().decode(store.get(`${name}/text`)),
      variable: getVariable("color"),
      config: getConfig("color"),
      count: Number(increment(open("default"), `${name}/count`, 1n)),
      refused,
    });
  },
};
