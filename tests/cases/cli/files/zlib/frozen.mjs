import zlib from "node:zlib";
import { buffer } from "node:stream/consumers";
const gzip = zlib.createGzip({ level: 9 });
gzip.write("before, ");
gzip.flush();
globalThis.finish = async () => {
  gzip.end("after");
  return String(zlib.gunzipSync(await buffer(gzip)));
};
