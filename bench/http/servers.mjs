// The servers that are compared, and how each is started.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const HERE = new URL("./", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;
export const FOLDER = join(ROOT, "target", "http");

const jsvm = join(ROOT, "target", "release", "jsvm");
const built = join(FOLDER, "jsvm.wasm");
const service = join(FOLDER, "jsvm-service.wasm");
const componentized = join(FOLDER, "componentize-js.wasm");
const handler = join(HERE, "programs", "handler.js");
// More at a time find no room, and are refused.
const ROOM = ["--max-concurrent-requests", "64"];
const wasmtime =
  (file, ...flags) =>
  (port) => ["wasmtime", ["serve", "-S", "cli", ...ROOM, ...flags, "--addr", `127.0.0.1:${port}`, file]];

/** By what each is called: the command for a port, and the file that is deployed, if it is one. */
export const SERVERS = {
  "jsvm serve": { command: (port) => [jsvm, ["serve", handler, "--addr", `127.0.0.1:${port}`]] },
  "jsvm serve --reuse 1000": {
    command: (port) => [jsvm, ["serve", handler, "--reuse", "1000", "--addr", `127.0.0.1:${port}`]],
  },
  "jsvm build, in jsvm serve": { command: (port) => [jsvm, ["serve", built, "--addr", `127.0.0.1:${port}`]], file: built },
  "jsvm build, in wasmtime serve": { command: wasmtime(built), file: built },
  "the same, 128 requests per instance": { command: wasmtime(built, "--max-instance-reuse-count", "128"), file: built },
  "jsvm build --kind service, in wasmtime serve": { command: wasmtime(service), file: service },
  "componentize-js, in wasmtime serve": { command: wasmtime(componentized), file: componentized },
  "Node's http": { command: (port) => ["node", [join(HERE, "programs", "node.mjs"), String(port)]] },
};

/** Makes the files. */
export function build() {
  execFileSync("mkdir", ["-p", FOLDER]);
  execFileSync(jsvm, ["build", handler, "-o", built], { stdio: ["ignore", "ignore", "inherit"] });
  execFileSync(jsvm, ["build", handler, "-o", service, "--kind", "service"], { stdio: ["ignore", "ignore", "inherit"] });
  execFileSync("node", [join(HERE, "componentize.mjs"), FOLDER], { stdio: ["ignore", "ignore", "inherit"] });
}

export const size = (file) => statSync(file).size;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The status and body of a request; nothing if nobody listens. */
function get(port) {
  return new Promise((resolve) => {
    const asked = request({ port, host: "127.0.0.1", path: "/some/path", headers: { "user-agent": "bench" } });
    asked.on("error", () => resolve(null));
    asked.on("response", (response) => {
      let body = "";
      response.on("data", (piece) => (body += piece));
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    asked.end();
  });
}

/** A server that has answered its first request, and after how many milliseconds from its start it did. */
export class Running {
  static async start(name) {
    const running = new Running();
    running.port = await freePort();
    const [program, args] = SERVERS[name].command(running.port);
    const path = `${join(ROOT, ".tools", "bin")}:${process.env.PATH}`;
    const start = performance.now();
    // Logs of requests go where they cost little: all write one.
    running.child = spawn(program, args, { stdio: ["ignore", "ignore", "ignore"], env: { ...process.env, PATH: path } });
    running.child.once("exit", (code) => (running.ended = code ?? "a signal"));
    for (;;) {
      const answer = await get(running.port);
      if (answer !== null) {
        const expected = JSON.stringify({ path: "/some/path", agent: "bench" });
        if (answer.status !== 200 || answer.body !== expected) {
          throw new Error(`${name} answers ${answer.status} ${answer.body} instead of ${expected}`);
        }
        running.cold = performance.now() - start;
        return running;
      }
      if (running.ended !== undefined) throw new Error(`${name} ended with ${running.ended}: ${program} ${args.join(" ")}`);
      if (performance.now() - start > 60_000) throw new Error(`${name} does not listen`);
      await sleep(2);
    }
  }

  /** Bytes that it has in memory. */
  memory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }
}
