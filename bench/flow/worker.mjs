// A process that measures one row in one world: `node worker.mjs WORLD WORK JSON`. It prints one line of JSON.
import { cpus } from "node:os";

const [name, work, text] = process.argv.slice(2);
const given = JSON.parse(text);
const { open } = await import(`./worlds/${name}.mjs`);

const seconds = ({ user, system }) => (user + system) / 1e6;
const resident = () => {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage().rss;
};

const works = {
  // What a process costs that does nothing.
  async nothing() {
    return {};
  },

  // Flows whose steps are answered at once.
  async throughput(world, { flows, steps }) {
    const ids = Array.from({ length: flows }, (_, number) => `flow-${number}`);
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    await Promise.all(ids.map((id) => world.start("steps", id, steps, false)));
    await Promise.all(ids.map((id) => world.ended(id)));
    return { wall: (performance.now() - began) / 1000, cpu: seconds(process.cpuUsage(cpu)), steps: flows * steps };
  },

  // From the call that sends a signal to the beginning of the next step.
  async latency(world, { count }) {
    await world.start("signals", "flow-0");
    await world.waiting(1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const times = [];
    for (let number = 0; number < count; number++) {
      const stepped = new Promise((resolve) => (hooks.onStep = resolve));
      const began = performance.now();
      await world.signal("flow-0", number);
      await stepped;
      times.push(performance.now() - began);
      // The flow waits again.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { times };
  },

  async waiting(world, { count }) {
    const before = resident();
    for (let number = 0; number < count; number += 100) {
      const ids = Array.from({ length: Math.min(100, count - number) }, (_, index) => `flow-${number + index}`);
      await Promise.all(ids.map((id) => world.start("signals", id)));
    }
    await world.waiting(count);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return { bytes: (resident() - before) / count };
  },

  // Leaves a flow with so many past steps that waits.
  async fill(world, { steps }) {
    const begun = world.fill?.(steps);
    await world.start("steps", "flow-0", steps, true);
    await (begun ?? world.waiting(1));
    return {};
  },

  // A new process, until the flow is where it was.
  async recover(world, { reached, opened }) {
    if (!world.recoversAtOnce) {
      // It recovers a run when the run gets something.
      const began = performance.now();
      await world.signal("flow-0", "go");
      await reached;
      return { ms: performance.now() - began };
    }
    await reached;
    return { ms: performance.now() - opened };
  },

  async stored(world, { steps }) {
    await world.start("steps", "flow-0", 1, false);
    await world.ended("flow-0");
    const before = await world.stored();
    await world.start("steps", "flow-1", steps, false);
    await world.ended("flow-1");
    return { bytes: ((await world.stored()) - before) / steps };
  },
};

const hooks = { onStep() {}, onReached() {} };
const reached = new Promise((resolve) => (hooks.onReached = resolve));
const opened = performance.now();
const world = await open({ ...given, hooks });
const result = await works[work](world, { ...given, reached, opened });
console.log(JSON.stringify({ ...result, cpus: cpus().length }));
// What still waits would keep the process.
process.exit(0);
