// A server of the Model Context Protocol with two tools: what `jsvm mcp` makes callable from code.

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "shop", version: "1.0.0" });
const json = (value) => ({ content: [{ type: "text", text: JSON.stringify(value) }], structuredContent: value });

server.registerTool(
  "stock",
  { description: "Lists what is in stock", inputSchema: {}, outputSchema: { rows: z.array(z.object({ item: z.string(), left: z.number() })) } },
  () => json({ rows: [{ item: "tea", left: 2 }, { item: "cake", left: 9 }] }),
);
server.registerTool(
  "order",
  { description: "Orders an item", inputSchema: { item: z.string(), count: z.number().int() } },
  ({ item, count }) => json({ ordered: `${count} ${item}` }),
);
await server.connect(new StdioServerTransport());
