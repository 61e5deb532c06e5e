import { Bucket, nothing } from "acme:store/kv";
import { log } from "logging:log/logger";
export * from "./right.ts";

log("very-good", "");
const bucket = new Bucket(3);
bucket.get("a")?.id.toFixed();
bucket.put("a");
