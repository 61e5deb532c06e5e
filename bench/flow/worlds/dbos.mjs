// DBOS Transact, with its system database in PostgreSQL: version 5 of its SDK for TypeScript has no other.
import { DBOS } from "@dbos-inc/dbos-sdk";
import pg from "pg";

const TOPIC = "go";
const LONG = 100_000_000;

// How many steps run before the rest of a long past is copied.
const REAL_STEPS = 50;

export const open = async ({ url, hooks }) => {
  const work = (step) => hooks.onStep(step) ?? Promise.resolve("ok");

  const programs = {
    steps: DBOS.registerWorkflow(async (count, waits) => {
      let text = "";
      for (let step = 0; step < count; step++) text = await DBOS.runStep(() => work(step), { name: "work" });
      if (waits) {
        hooks.onReached();
        await DBOS.recv(TOPIC, LONG);
      }
      return text;
    }, { name: "steps" }),
    signals: DBOS.registerWorkflow(async () => {
      for (let count = 0; ; count++) {
        await DBOS.recv(TOPIC, LONG);
        await DBOS.runStep(() => work(count), { name: "work" });
      }
    }, { name: "signals" }),
  };

  DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, logLevel: "error" });
  await DBOS.launch();

  const query = async (sql) => {
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query(sql);
    await client.end();
    return rows;
  };

  const handles = new Map();
  return {
    // It recovers all flows when it is launched.
    recoversAtOnce: true,
    async start(program, id, ...args) {
      handles.set(id, await DBOS.startWorkflow(programs[program], { workflowID: id })(...args));
    },
    async ended(id) {
      await handles.get(id).getResult();
    },
    async signal(id, payload) {
      await DBOS.send(id, payload, TOPIC);
    },
    // Leaves a flow with so many past steps. The rows of a long past are copies of the first, which saves minutes.
    async fill(steps) {
      if (steps <= 1000) return new Promise((resolve) => (hooks.onReached = resolve));
      // The step after them does not end here, or it would find a row of its own.
      const endless = new Promise(() => {});
      await new Promise((resolve) => {
        hooks.onStep = (step) => {
          if (step < REAL_STEPS) return undefined;
          resolve();
          return endless;
        };
      });
      const columns = await query(
        "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'dbos' AND table_name = 'operation_outputs'",
      );
      const names = columns.map(({ name }) => `"${name}"`);
      const values = names.map((name) => (name === '"function_id"' ? "number" : name));
      await query(`INSERT INTO dbos.operation_outputs (${names}) SELECT ${values}
        FROM dbos.operation_outputs, generate_series(${REAL_STEPS}, ${steps - 1}) AS number
        WHERE function_id = 0 ON CONFLICT DO NOTHING`);
    },
    // Waits until so many flows wait for a signal.
    async waiting(count) {
      for (;;) {
        const [{ found }] = await query("SELECT count(*)::int AS found FROM dbos.workflow_status WHERE status = 'PENDING'");
        if (found >= count) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async stored() {
      await query("VACUUM FULL dbos.operation_outputs");
      const [{ size }] = await query("SELECT pg_total_relation_size('dbos.operation_outputs')::int AS size");
      return size;
    },
    async close() {
      await DBOS.shutdown();
    },
  };
};
