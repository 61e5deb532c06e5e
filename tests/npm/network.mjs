// Programs as in programs.mjs, of packages that listen or connect. The servers of databases are those that servers.sh
// starts.
const AWAIT_LISTENING = `import { once } from "node:events"; const at = async (server) => { await once(server, "listening"); return server.address().port; };`;
const TARGET = `${AWAIT_LISTENING} import { createServer } from "node:http";
const target = createServer((request, response) => {
  if (request.url === "/redirect") return response.writeHead(302, { location: "/there" }).end();
  if (request.url === "/busy") return response.writeHead(503).end("busy");
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => response.setHeader("content-type", "application/json").end(JSON.stringify({ method: request.method, url: request.url, body })));
}).listen(0, "127.0.0.1");
const base = "http://127.0.0.1:" + (await at(target));
const close = () => { target.close(); target.closeAllConnections(); };`;

// What servers of models and of storage answer, as much as the programs ask.
const STUB = `${AWAIT_LISTENING} import { createServer } from "node:http"; const stored = new Map();
const stub = createServer((request, response) => {
  const chunks = []; request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const bytes = Buffer.concat(chunks), path = request.url.split("?")[0];
    const json = (value, status = 200) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (path === "/v1/chat/completions" && JSON.parse(bytes).stream) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const content of ["Hel", "lo"]) response.write("data: " + JSON.stringify({ choices: [{ index: 0, delta: { content } }] }) + "\\n\\n");
      return response.end("data: [DONE]\\n\\n");
    }
    if (path === "/v1/chat/completions") return json({ choices: [{ index: 0, message: { role: "assistant", content: "Hello" } }] });
    if (path === "/v1/messages") return JSON.parse(bytes).model === "m" ? json({ type: "message", role: "assistant", content: [{ type: "text", text: "Hello" }] }) : json({ type: "error", error: { type: "not_found_error", message: "no" } }, 404);
    if (path.startsWith("/v1/")) return json({ error: { message: "no" } }, 401);
    if (request.headers["x-amz-target"]?.endsWith("GetItem")) return json({ Item: { id: { S: "1" }, n: { N: "5" } } });
    if (request.method === "PUT") { stored.set(path, bytes); return response.writeHead(200, { etag: '"x"' }).end(); }
    if (stored.has(path)) return response.writeHead(200, { "content-type": "text/plain" }).end(stored.get(path));
    response.writeHead(404, { "content-type": "application/xml" }).end("<Error><Code>NoSuchKey</Code><Message>no</Message></Error>");
  });
}).listen(0, "127.0.0.1");
const base = "http://127.0.0.1:" + (await at(stub)); const close = () => { stub.close(); stub.closeAllConnections(); };`;

// Packages that have no module of their own name.
export const rootless = ["@modelcontextprotocol/sdk", "@prisma/client"];

export const network = {
  express: `${AWAIT_LISTENING} const app = $.default(); app.use($.default.json());
app.get("/users/:id", (request, response) => response.json({ id: request.params.id, query: request.query }));
app.post("/echo", (request, response) => response.status(201).json(request.body));
app.get("/error", () => { throw new Error("broken"); });
app.use((error, request, response, next) => response.status(500).send(error.message));
const server = app.listen(0, "127.0.0.1"); const base = "http://127.0.0.1:" + (await at(server));
log(await (await fetch(base + "/users/7?a=1")).json());
const answer = await fetch(base + "/echo", { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":[1]}' });
log(answer.status, answer.headers.get("x-powered-by"), await answer.text());
log(await (await fetch(base + "/error")).text(), (await fetch(base + "/none")).status); server.close(); server.closeIdleConnections();`,
  fastify: `const fastify = $.default({ logger: false });
fastify.post("/twice", { schema: { body: { type: "object", required: ["a"], properties: { a: { type: "integer" } } } } }, async (request) => ({ twice: request.body.a * 2 }));
const base = await fastify.listen({ port: 0, host: "127.0.0.1" });
const post = async (body) => (await fetch(base + "/twice", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
log(await post({ a: 21 }), await post({})); log((await fastify.inject("/none")).statusCode); await fastify.close();`,
  koa: `${AWAIT_LISTENING} const app = new $.default(); app.use(async (context) => { context.body = { path: context.path }; });
const server = app.listen(0, "127.0.0.1"); log(await (await fetch("http://127.0.0.1:" + (await at(server)) + "/koa")).json()); server.close(); server.closeIdleConnections();`,
  axios: `${TARGET} const axios = $.default; log((await axios.post(base + "/a", { x: 1 })).data, (await axios.get(base + "/redirect")).data);
log(await axios.get(base + "/busy").catch((error) => [error.code, error.response?.status])); log(await axios.get("http://127.0.0.1:1").catch((error) => error.code)); close();`,
  "node-fetch": `${TARGET} log(await (await $.default(base + "/c", { method: "PUT", body: "abc" })).json(), (await $.default(base + "/redirect")).url === base + "/there"); close();`,
  got: `${TARGET} const { got } = $; log(await got(base + "/redirect").json(), await got.post(base + "/b", { json: { y: 2 } }).json()); close();`,
  ws: `${AWAIT_LISTENING} const server = new $.WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket, request) => socket.on("message", (data, isBinary) => socket.send(isBinary ? data : request.url + " " + data, { binary: isBinary })));
const client = new $.WebSocket("ws://127.0.0.1:" + (await at(server)) + "/chat"); await once(client, "open");
client.send("hello"); log(String((await once(client, "message"))[0]));
client.send(Buffer.alloc(200_000, 5)); const [data, isBinary] = await once(client, "message"); log(data.length, isBinary, data.at(-1));
client.close(1000, "done"); const [code, reason] = await once(client, "close"); log(code, String(reason)); server.close();`,
  "socket.io": `${AWAIT_LISTENING} import { createServer } from "node:http"; import { io } from "socket.io-client";
const http = createServer(); const server = new $.Server(http);
server.on("connection", (socket) => { socket.on("add", (a, b, done) => done(a + b)); socket.emit("hi", { from: "server" }); });
http.listen(0, "127.0.0.1"); const client = io("http://127.0.0.1:" + (await at(http)));
log(await new Promise((done) => client.once("hi", done)), await client.emitWithAck("add", 2, 3)); client.close(); await server.close();`,
  nodemailer: `${AWAIT_LISTENING} import net from "node:net";
const server = net.createServer((socket) => {
  socket.setEncoding("utf8").write("220 test\\r\\n"); let text = "", isData = false;
  socket.on("data", (chunk) => {
    text += chunk;
    for (let end; (end = text.indexOf("\\r\\n")) >= 0; text = text.slice(end + 2)) {
      const line = text.slice(0, end);
      if (isData && line !== ".") { if (line.startsWith("Subject")) log(line); }
      else if (isData) { isData = false; socket.write("250 queued\\r\\n"); }
      else if (line.startsWith("EHLO")) socket.write("250-test\\r\\n250 SIZE 1000000\\r\\n");
      else if (line === "DATA") { isData = true; socket.write("354 go\\r\\n"); }
      else if (line === "QUIT") socket.end("221 bye\\r\\n");
      else socket.write("250 ok\\r\\n");
    }
  });
}).listen(0, "127.0.0.1");
const transport = $.default.createTransport({ host: "127.0.0.1", port: await at(server), ignoreTLS: true });
const { accepted, response } = await transport.sendMail({ from: "a@example.com", to: "b@example.com", subject: "Grüße", text: "hello" });
log(accepted, response); transport.close(); server.close();`,
  pg: `const config = { host: "localhost", port: 25432, user: "test", password: "secret", database: "postgres" };
const client = new $.default.Client(config); await client.connect();
await client.query("create temp table t (id serial primary key, name text, at timestamptz, data jsonb)");
await client.query("insert into t (name, at, data) values ($1, $2, $3), ($4, $5, $6)", ["Ada", new Date(0), { a: [1] }, "Bob", null, null]);
log((await client.query("select * from t order by id")).rows); log(await client.query("select nonsense").catch((error) => [error.code, error.message])); await client.end();
const secure = new $.default.Client({ ...config, ssl: { rejectUnauthorized: false } }); await secure.connect();
log((await secure.query("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")).rows); await secure.end();
log(await new $.default.Client({ ...config, password: "wrong" }).connect().catch((error) => error.code));
const pool = new $.default.Pool({ ...config, max: 4 });
log((await Promise.all(Array.from({ length: 20 }, (_, index) => pool.query("select $1::int * 2 as twice", [index])))).map(({ rows }) => rows[0].twice).join()); await pool.end();`,
  mysql2: `import mysql from "mysql2/promise"; const connection = await mysql.createConnection({ host: "127.0.0.1", port: 23306, user: "test", password: "secret", database: "test" });
await connection.query("create temporary table t (id int auto_increment primary key, name varchar(50), price decimal(10,2))");
await connection.execute("insert into t (name, price) values (?, ?)", ["Ünïcode", "12.50"]); log((await connection.execute("select * from t"))[0]);
log(await connection.query("select nonsense").catch((error) => [error.code, error.errno])); await connection.end();`,
  ioredis: `const redis = new $.Redis({ host: "localhost", port: 26379, password: "secret" }); await redis.flushall(); await redis.set("a", "1"); log(await redis.incrby("a", 41), await redis.mget("a", "none"));
const pipeline = redis.pipeline(); for (let index = 0; index < 100; index++) pipeline.lpush("list", index); await pipeline.exec(); log(await redis.llen("list"), await redis.lrange("list", 0, 3));
const subscriber = redis.duplicate(); await subscriber.subscribe("news"); const message = new Promise((done) => subscriber.on("message", (...all) => done(all)));
await redis.publish("news", "hello"); log(await message, await redis.lpush("a", 1).catch((error) => error.message)); subscriber.disconnect(); await redis.quit();`,
  mqtt: `const connect = () => $.default.connectAsync("mqtt://127.0.0.1:21883"); const [one, two] = [await connect(), await connect()];
await one.subscribeAsync("news/#", { qos: 1 }); const message = new Promise((done) => one.on("message", (topic, bytes) => done([topic, String(bytes)])));
await two.publishAsync("news/today", "hello", { qos: 1 }); log(await message); await one.endAsync(); await two.endAsync();`,
  openai: `${STUB} const client = new $.default({ apiKey: "key", baseURL: base + "/v1", maxRetries: 0 });
log((await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "hi" }] })).choices[0].message.content);
const parts = []; for await (const part of await client.chat.completions.create({ model: "m", stream: true, messages: [{ role: "user", content: "hi" }] })) parts.push(part.choices[0].delta.content);
log(parts.join("|")); log(await client.models.list().then(() => "listed", (error) => [error.constructor.name, error.status])); close();`,
  "@anthropic-ai/sdk": `${STUB} const client = new $.default({ apiKey: "key", baseURL: base, maxRetries: 0 });
const request = { model: "m", max_tokens: 10, messages: [{ role: "user", content: "hi" }] };
log((await client.messages.create(request)).content[0].text); log(await client.messages.create({ ...request, model: "none" }).catch((error) => [error.constructor.name, error.status])); close();`,
  "@modelcontextprotocol/sdk": `${AWAIT_LISTENING} import { createServer } from "node:http"; import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js"; import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"; import { z } from "zod";
const server = createServer(async (request, response) => {
  const mcp = new McpServer({ name: "test", version: "1.0.0" });
  mcp.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined }); await mcp.connect(transport); await transport.handleRequest(request, response);
}).listen(0, "127.0.0.1");
const client = new Client({ name: "test", version: "1.0.0" }); await client.connect(new StreamableHTTPClientTransport(new URL("http://127.0.0.1:" + (await at(server)))));
log((await client.listTools()).tools.map(({ name }) => name), (await client.callTool({ name: "add", arguments: { a: 2, b: 3 } })).content); await client.close(); server.close(); server.closeAllConnections();`,
  "@aws-sdk/client-s3": `${STUB} const client = new $.S3Client({ region: "us-east-1", endpoint: base, forcePathStyle: true, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
log((await client.send(new $.PutObjectCommand({ Bucket: "b", Key: "k.txt", Body: "hello" }))).$metadata.httpStatusCode);
log(await (await client.send(new $.GetObjectCommand({ Bucket: "b", Key: "k.txt" }))).Body.transformToString());
log(await client.send(new $.GetObjectCommand({ Bucket: "b", Key: "none" })).catch((error) => [error.name, error.$metadata.httpStatusCode])); client.destroy(); close();`,
  "@aws-sdk/client-dynamodb": `${STUB} const client = new $.DynamoDBClient({ region: "us-east-1", endpoint: base, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
log((await client.send(new $.GetItemCommand({ TableName: "t", Key: { id: { S: "1" } } }))).Item); client.destroy(); close();`,
  undici: `${TARGET} const { statusCode, headers, body } = await $.request(base + "/a", { method: "POST", body: "hello" }); log(statusCode, headers["content-type"], await body.json());
const response = await $.fetch(base + "/redirect"); log(response.status, response.redirected, await response.json()); const pool = new $.Pool(base, { connections: 3 });
log((await Promise.all(Array.from({ length: 10 }, async (_, index) => (await (await pool.request({ path: "/" + index, method: "GET" })).body.json()).url))).join());
const form = new $.FormData(); form.set("a", "b"); log((await (await $.fetch(base + "/f", { method: "POST", body: form })).json()).body.includes('name="a"'));
log(await $.request("http://127.0.0.1:1").catch((error) => error.code)); await pool.close(); await $.getGlobalDispatcher().close(); close();`,
  "@prisma/client": `import { PrismaClient } from "../../prisma/generated/client.ts"; import { PrismaPg } from "@prisma/adapter-pg"; import pg from "pg";
const config = { host: "localhost", port: 25432, user: "test", password: "secret", database: "postgres" }; const client = new pg.Client(config); await client.connect();
await client.query('drop table if exists "Post"; drop table if exists "User"; create table "User" (id serial primary key, email text unique not null, name text); create table "Post" (id serial primary key, title text not null, views bigint not null default 0, at timestamp(3) not null default now(), "authorId" int not null references "User" (id))');
const prisma = new PrismaClient({ adapter: new PrismaPg(config) });
log(await prisma.user.create({ data: { email: "a@b.c", name: "Ada", posts: { create: [{ title: "one", views: 5n, at: new Date(0) }, { title: "two", at: new Date(1) }] } }, include: { posts: true } }));
log(await prisma.post.findMany({ where: { author: { is: { name: { startsWith: "A" } } }, views: { gt: 1n } }, select: { title: true, author: { select: { email: true } } } }));
log(await prisma.user.create({ data: { email: "a@b.c" } }).catch((error) => [error.code, error.name]), await prisma.post.aggregate({ _sum: { views: true }, _count: true }));
await prisma.$transaction(async (tx) => { await tx.user.create({ data: { email: "x@y.z" } }); throw new Error("back"); }).catch((error) => log(error.message)); log(await prisma.user.count());
await prisma.$disconnect(); await client.end();`,
};
