// The same for Node.
import { createServer } from "node:http";

createServer((request, response) => {
  const { pathname } = new URL(request.url, `http://${request.headers.host}`);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ path: pathname, agent: request.headers["user-agent"] ?? null }));
}).listen(Number(process.argv[2]), "127.0.0.1");
