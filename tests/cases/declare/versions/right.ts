import { get as get1 } from "acme:store/kv@1.0.0-rc.1+build.5";
import { get as get2 } from "acme:store/kv@2.0.0-rc.1+build.5";
import { put } from "other:store/kv";

put(get2());
export const one = { run() {} };
const kv1 = { get: get1 };
const kv2 = { get: get2 };
const other = { put };
export {
  kv1 as "acme:store/kv@1.0.0-rc.1+build.5",
  kv2 as "acme:store/kv@2.0.0-rc.1+build.5",
  other as "other:store/kv",
};
