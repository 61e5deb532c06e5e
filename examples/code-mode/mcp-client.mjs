// A client of `jsvm mcp`: it runs code over the tools of mcp-server.mjs. A call that has to be approved waits
// until a person does so with the program.

import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const jsvm = process.env.JSVM ?? "jsvm";
const folder = mkdtempSync(join(tmpdir(), "code-mode-"));
const config = join(folder, "mcp.json");
const shop = { command: process.execPath, args: [join(import.meta.dirname, "mcp-server.mjs")], ask: ["order"] };
writeFileSync(config, JSON.stringify({ sessions: "sessions", mcpServers: { shop } }));

async function connected(work) {
  const client = new Client({ name: "example", version: "1.0.0" });
  await client.connect(new StdioClientTransport({ command: jsvm, args: ["mcp", "--config", config] }));
  try {
    return await work(async (input) => (await client.callTool({ name: "run_code", arguments: input })).structuredContent);
  } finally {
    await client.close();
  }
}

const outcome = await connected((run) =>
  run({
    code: `const low = (await tools.shop.stock()).rows.filter((row) => row.left < 5);
      await Promise.all(low.map(({ item }) => tools.shop.order({ item, count: 10 })))`,
  }),
);
assert.equal(outcome.status, "waiting");
console.log("to approve:", outcome.waiting[0].tool, outcome.waiting[0].input);

// A person approves, while neither server runs.
console.log(execFileSync(jsvm, ["mcp", "approve", "--config", config, "default", String(outcome.waiting[0].id)], { encoding: "utf8" }).trim());

const done = await connected((run) => run({ resume: true }));
console.log("result:", done.value.json);
assert.deepEqual(done.value.json, [{ ordered: "10 tea" }]);
rmSync(folder, { recursive: true });
