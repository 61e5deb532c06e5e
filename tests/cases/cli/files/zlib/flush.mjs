import zlib from "node:zlib";
import { once } from "node:events";
const { Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_PARTIAL_FLUSH, Z_BEST_SPEED, Z_DEFAULT_STRATEGY } = zlib.constants;
for (const [name, back] of [["createGzip", "createGunzip"], ["createDeflate", "createInflate"], ["createDeflateRaw", "createInflateRaw"]]) {
  const write = zlib[name](), read = zlib[back]();
  write.pipe(read);
  read.setEncoding("utf8");
  for (const kind of [Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_PARTIAL_FLUSH]) {
    write.write(`part ${kind}`);
    write.flush(kind);
    console.log(name, (await once(read, "data"))[0]);
  }
  // Another level in the middle, and more than a chunk of output behind it.
  await new Promise((done) => write.params(Z_BEST_SPEED, Z_DEFAULT_STRATEGY, done));
  const noise = Array.from({ length: 20000 }, (_, n) => ((n * 2654435761) % 4294967296).toString(36)).join();
  write.end(noise);
  let rest = "";
  for await (const piece of read) rest += piece;
  console.log(rest === noise);
}
// What follows a full flush can be read alone, as permessage-deflate without takeover does.
const raw = zlib.createDeflateRaw({ flush: Z_FULL_FLUSH });
const chunks = [];
for (const word of ["hello hello", "hello again"]) {
  raw.write(word);
  await once(raw, "readable");
  chunks.push(raw.read());
}
for (const chunk of chunks) {
  console.log(chunk.subarray(-4).toString("hex"), String(zlib.inflateRawSync(chunk, { finishFlush: Z_SYNC_FLUSH })));
}
// A flush without input adds nothing the second time.
raw.flush(() => raw.flush(() => console.log(raw.read())));
