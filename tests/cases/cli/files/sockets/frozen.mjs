import net from "node:net";
import http from "node:http";
globalThis.log = [];
const server = net.createServer((socket) => { socket.on("error", (e) => log.push(`server side ${e.code}`)); socket.on("data", (c) => socket.write(`echo ${c}`)); }).listen(Number(process.argv[2] ?? 0), "127.0.0.1");
server.on("error", (e) => log.push(`server ${e.code}`));
server.on("listening", () => {
  const client = net.connect(server.address().port, "127.0.0.1");
  client.on("connect", () => client.write("one"));
  client.on("data", (c) => { log.push(String(c)); });
  client.on("error", (e) => log.push(`client ${e.code} ${e.syscall}`));
  client.on("close", () => log.push("client closed"));
});
globalThis.again = () => new Promise((resolve) => {
  const client = net.connect(server.address().port, "127.0.0.1", () => client.write("two"));
  client.on("data", (c) => { log.push(String(c)); client.destroy(); server.close(() => resolve(log)); });
  client.on("error", (e) => resolve([...log, "again " + e.code]));
});
