// Uses interfaces of the host by name, and its environment.
import { get } from "wasi:config/store@0.2.0-rc.1";
import { increment } from "wasi:keyvalue/atomics@0.2.0-draft";
import { open } from "wasi:keyvalue/store@0.2.0-draft";

export default {
  fetch(request, env) {
    const name = new URL(request.url).searchParams.get("name");
    const count = increment(open("default"), name, 1n);
    return Response.json({ count: Number(count), color: get("color"), size: env.SIZE });
  },
};
