// Several certificates and protocols at one port, and clients with a certificate.
import tls from "node:tls";
import { readFileSync } from "node:fs";
import { once } from "node:events";
const key = readFileSync("sockets/key.pem"), cert = readFileSync("sockets/cert.pem");
const asked = [];
const server = tls.createServer({
  key, cert, ca: cert, requestCert: true, rejectUnauthorized: false,
  SNICallback: (name, done) => { asked.push(name); done(null, name === "localhost" ? tls.createSecureContext({ key, cert }) : undefined); },
  ALPNCallback: ({ servername, protocols }) => protocols.find((name) => name === "two"),
}, (socket) => {
  socket.end(JSON.stringify([socket.servername, socket.alpnProtocol, socket.authorized, socket.authorizationError, socket.getPeerCertificate().subject?.CN]));
}).listen(0, "localhost");
await once(server, "listening");
const connect = async (options) => {
  const socket = tls.connect({ port: server.address().port, host: "localhost", ca: cert, servername: "localhost", ...options });
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  const error = await Promise.race([once(socket, "close"), once(socket, "error").then(([error]) => error)]);
  return error instanceof Error ? error.code : `${socket.alpnProtocol} ${text}`;
};
console.log(await connect({ ALPNProtocols: ["one", "two"] }));
console.log(await connect({ ALPNProtocols: ["two"], key, cert }));
console.log(await connect({ servername: "other.example", checkServerIdentity: () => undefined, ALPNProtocols: ["two"] }));
console.log(asked.join());
server.close();
for (const options of [{ key: "x", cert }, { key, cert: "x" }]) {
  try { tls.createSecureContext(options); } catch (error) { console.log(error.code); }
}
try { tls.createSecureContext({ minVersion: "TLSv9" }); } catch (error) { console.log(error.code); }
