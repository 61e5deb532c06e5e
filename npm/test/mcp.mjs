// A client of `jsvm mcp`, over the stub of another server that the tests of the program have.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../target", import.meta.url));
export const jsvm = join(target, "debug", "jsvm");
export const skip = existsSync(jsvm) ? false : "the program jsvm is not built";

const stub = fileURLToPath(new URL("../../host/cli/tests/program/mcp/stub.py", import.meta.url));

/** A folder with a configuration, sessions, and a log of the calls that the stub got. */
export class Place {
  constructor(folder) {
    this.folder = folder;
    this.config = join(folder, "mcp.json");
    this.log = join(folder, "log");
  }

  async configure() {
    const server = { command: "python3", args: [stub, this.log], ask: ["send-*"], tools: ["add", "send-*"] };
    await writeFile(this.config, JSON.stringify({ sessions: "sessions", mcpServers: { stub: server } }));
  }

  session = (name) => join(this.folder, "sessions", `${name}.session`);

  async calls() {
    return (await readFile(this.log, "utf8").catch(() => "")).split("\n").slice(0, -1);
  }

  /** A verb of `jsvm mcp`. Returns its output. */
  async command(verb, ...args) {
    return (await promisify(execFile)(jsvm, ["mcp", verb, "--config", this.config, ...args])).stdout;
  }

  /** Calls `run_code` of a server that runs for this long. Returns the outcomes. */
  async run(...calls) {
    const server = spawn(jsvm, ["mcp", "--config", this.config], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const send = (message) => server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const request = async (id, method, params) => {
      send({ id, method, params });
      for (;;) {
        const { value, done } = await lines.next();
        if (done) {
          throw new Error("jsvm mcp ended");
        }
        const message = JSON.parse(value);
        if (message.id === id) {
          return message.result;
        }
      }
    };
    await request(0, "initialize", {
      protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" },
    });
    send({ method: "notifications/initialized" });
    const outcomes = [];
    for (const [index, input] of calls.entries()) {
      const result = await request(index + 1, "tools/call", { name: "run_code", arguments: input });
      outcomes.push(result.structuredContent ?? result.content[0].text);
    }
    const ended = new Promise((resolve) => server.once("close", resolve));
    server.stdin.end();
    await ended;
    return outcomes;
  }
}
