// The package `workflow` in its local world: JSON files, and a queue that calls an HTTP server of the same process.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const require = createRequire(import.meta.url);

export const open = async ({ folder, built, hooks }) => {
  process.env.WORKFLOW_LOCAL_DATA_DIR = folder;
  // The figures are those of the package, not of its limit for development.
  process.env.WORKFLOW_LOCAL_QUEUE_CONCURRENCY = "20000";
  // It reports each request that waits.
  console.warn = () => {};
  globalThis.onStep = () => hooks.onStep();
  globalThis.onReached = () => hooks.onReached();
  const routes = {
    "/.well-known/workflow/v1/flow": require(`${built}/flow.js`).POST,
    "/.well-known/workflow/v1/step": require(`${built}/step.js`).POST,
  };

  const server = createServer(async (incoming, outgoing) => {
    const route = routes[incoming.url.split("?")[0]];
    if (route === undefined) return outgoing.writeHead(404).end();
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const response = await route(new Request(`http://localhost${incoming.url}`, { method: "POST", headers, body }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.PORT = String(server.address().port);
  process.env.WORKFLOW_LOCAL_BASE_URL = `http://127.0.0.1:${process.env.PORT}`;

  const { getWorld } = await import("workflow/runtime");
  const { start, resumeHook } = await import("workflow/api");
  await getWorld().start?.();

  const runs = new Map();
  const named = (program) => ({ workflowId: `workflow//./program//${program}` });
  const sizeOf = async (path) => {
    let size = 0;
    for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
      // What a file takes on the disk.
      if (entry.isFile()) size += (await stat(join(entry.parentPath, entry.name))).size;
    }
    return size;
  };

  return {
    async start(program, id, ...args) {
      const [count, waits] = args;
      const given = program === "signals" ? [id] : [count, waits ? id : null];
      runs.set(id, await start(named(program), given));
    },
    async ended(id) {
      await runs.get(id).returnValue;
    },
    async signal(id, payload) {
      await resumeHook(id, payload);
    },
    async waiting(count) {
      const path = join(folder, "hooks");
      for (;;) {
        const found = await readdir(path).catch(() => []);
        if (found.filter((name) => name.endsWith(".json")).length >= count) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    stored: () => sizeOf(folder),
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
};
