import http from "node:http";
import { once } from "node:events";
const server = http.createServer((request, response) => {
  if (request.method === "POST") {
    let body = "";
    request.setEncoding("utf8").on("data", (c) => (body += c)).on("end", () => {
      response.writeHead(201, { "content-type": "application/json", "x-a": ["1", "2"] });
      response.end(JSON.stringify({ url: request.url, body, type: request.headers["content-type"], te: request.headers["transfer-encoding"] }));
    });
    return;
  }
  if (request.url === "/chunks") {
    response.write("one ");
    setTimeout(() => { response.write("two "); response.end("three"); }, 5);
    return;
  }
  if (request.url === "/204") { response.statusCode = 204; response.end(); return; }
  response.end(`hello ${request.url} ${request.httpVersion} ${request.headers.host.startsWith("localhost:")}`);
});
server.listen(0, "localhost");
await once(server, "listening");
const { port } = server.address();
const agent = new http.Agent({ keepAlive: true });
function ask(path, options = {}, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, path, agent, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (c) => (text += c));
      response.on("end", () => resolve(JSON.stringify([response.statusCode, response.statusMessage, response.headers["content-type"], response.headers["x-a"], response.headers["transfer-encoding"], response.headers["content-length"], response.headers.connection, text, request.reusedSocket])));
    });
    request.on("error", reject);
    if (body) for (const part of body) request.write(part);
    request.end();
  });
}
console.log(await ask("/"));
console.log(await ask("/again?x=1"));
console.log(await ask("/chunks"));
console.log(await ask("/204"));
console.log(await ask("/post", { method: "POST", headers: { "content-type": "text/plain" } }, ["a", "bé"]));
console.log(await ask("/head", { method: "HEAD" }));
console.log((await (await fetch(`http://localhost:${port}/fetched`)).text()));
const gone = http.get({ port: 1, host: "127.0.0.1" });
console.log((await once(gone, "error"))[0].code);
const aborted = http.get({ port, path: "/chunks", agent }, (response) => response.destroy());
await once(aborted, "close");
agent.destroy();
server.close(() => console.log("closed"));
