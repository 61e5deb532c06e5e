import net from "node:net";
import { once } from "node:events";

const server = net.createServer((socket) => {
  socket.on("data", (chunk) => socket.write(chunk));
  socket.on("end", () => socket.end("bye"));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port, address, family } = server.address();
console.log(typeof port, address, family, server.listening);
const client = net.connect(port, "127.0.0.1");
client.setEncoding("utf8");
client.on("connect", () => console.log("connected", client.remoteAddress, client.remotePort === port, client.localFamily, client.readyState));
let text = "";
client.on("data", (chunk) => (text += chunk));
client.write("hello ");
client.write("wörld ");
client.end();
await once(client, "close");
console.log(text, client.bytesRead, client.bytesWritten, client.destroyed);
console.log(await new Promise((resolve) => server.getConnections((error, count) => resolve(count))));
server.close(() => console.log("closed"));
const refused = net.connect(1, "127.0.0.1");
refused.on("error", (error) => console.log(error.code, error.syscall, error.address, error.port, error.message));
