import https from "node:https";
import tls from "node:tls";
import { readFileSync } from "node:fs";
import { once } from "node:events";
const key = readFileSync("sockets/key.pem"), cert = readFileSync("sockets/cert.pem");
const server = https.createServer({ key, cert }, (request, response) => response.end(`secure ${request.url} ${request.socket.encrypted} ${request.socket.getProtocol()}`));
server.listen(0, "localhost");
await once(server, "listening");
const { port } = server.address();
const get = (options) => new Promise((resolve) => {
  const request = https.get({ port, host: "localhost", path: "/x", ...options }, (response) => {
    let text = ""; const socket = response.socket;
    response.setEncoding("utf8").on("data", (c) => (text += c)).on("end", () => resolve([response.statusCode, text, socket.authorized, socket.authorizationError]));
  });
  request.on("error", (error) => resolve([error.code, error.message.split(";")[0]]));
});
console.log(await get({}));
console.log(await get({ ca: cert }));
console.log(await get({ rejectUnauthorized: false }));
console.log(await get({ ca: cert, servername: "other.example" }));
console.log(await get({ ca: cert, checkServerIdentity: () => undefined, servername: "other.example" }));
const socket = tls.connect({ port, host: "localhost", ca: cert, servername: "localhost", ALPNProtocols: ["http/1.1"] });
await once(socket, "secureConnect");
const peer = socket.getPeerCertificate();
console.log(socket.authorized, socket.alpnProtocol, socket.getProtocol(), socket.getCipher().name, peer.subject, peer.subjectaltname, peer.valid_to, peer.fingerprint256, peer.serialNumber);
socket.end();
await once(socket, "close");
// A client without TLS.
import net from "node:net";
const plain = net.connect(port, "localhost", () => plain.write("GET / HTTP/1.1\r\n\r\n"));
const [error] = await once(server, "tlsClientError");
console.log(typeof error.code, error instanceof Error);
plain.destroy();
server.close();
server.closeAllConnections();
const echo = tls.createServer({ key, cert }, (s) => s.pipe(s)).listen(0, "localhost");
await once(echo, "listening");
const client = tls.connect({ port: echo.address().port, host: "localhost", ca: cert, servername: "localhost" });
const size = 5_000_000; let got = 0;
client.on("data", (c) => { got += c.length; if (got === size) client.end(); });
client.write(Buffer.alloc(size, 1));
await once(client, "close");
console.log(got);
echo.close();
try { tls.createSecureContext({ key: "x", cert }); } catch (e) { console.log(e.code); }
