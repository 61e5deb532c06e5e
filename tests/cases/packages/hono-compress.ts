import { Hono } from "hono";
import { compress } from "hono/compress";

const app = new Hono();
app.use(compress());
const text = "compressible text ".repeat(500);
app.get("/", (context) => context.text(text));

for (const coding of ["gzip", "deflate", "br", ""]) {
  const response = await app.request("/", { headers: { "accept-encoding": coding } });
  const encoding = response.headers.get("content-encoding");
  const { body } = response.clone();
  const size = (await response.arrayBuffer()).byteLength;
  const decoded = encoding === null ? body! : body!.pipeThrough(new DecompressionStream(encoding as CompressionFormat));
  console.log(encoding, response.headers.get("vary"), size < 200, (await new Response(decoded).text()) === text);
}
