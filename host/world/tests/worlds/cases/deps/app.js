import { echo } from "acme:store/kv@1.2.0";
import { echo as echoNumber } from "acme:store/kv@2.0.0";
import * as kv from "acme:store/kv@1.2.0";

export const run = () => JSON.stringify([echo({ key: "k", value: "v" }), String(echoNumber(5n)), Object.keys(kv)]);
export const local = { first: (entries) => entries[0] };
