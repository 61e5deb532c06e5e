// A server of Node.js: `jsvm run --allow-listen=3000 node/server.js` opens the port. Under `jsvm serve` and in a built
// file, whoever serves the file gives it the requests.
import http from "node:http";

const server = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/echo" && request.method === "POST") {
    response.setHeader("content-type", request.headers["content-type"] ?? "text/plain");
    request.pipe(response);
  } else if (pathname === "/slow") {
    response.writeHead(200, "Well", { "set-cookie": ["a=1", "b=2"] });
    response.write("one, ");
    setTimeout(() => response.end("two"), 10);
  } else if (pathname === "/none") {
    response.writeHead(204).end();
  } else {
    response.statusCode = pathname === "/" ? 200 : 404;
    response.end(`Hello, ${searchParams.get("name") ?? "world"}!\n`);
  }
});
server.listen(3000);
