// Promises and asynchronous functions. The work is done when no job is left: `result` has it then.
class Semaphore {
  #free;
  #waiting = [];

  constructor(free) {
    this.#free = free;
  }

  async acquire() {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise((resolve) => this.#waiting.push(resolve));
  }

  release() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

async function load(id) {
  await null;
  if (id % 50 === 49) throw new Error(`cannot load ${id}`);
  return { id, size: (id * 31) % 100 };
}

async function process(id, semaphore) {
  await semaphore.acquire();
  try {
    const { size } = await load(id);
    const [a, b] = await Promise.all([load(id + 1000), Promise.resolve(size)]);
    return a.size + b;
  } catch {
    return -1;
  } finally {
    semaphore.release();
  }
}

async function* pages(count) {
  for (let page = 0; page < count; page++) {
    await null;
    yield Array.from({ length: 10 }, (_, i) => page * 10 + i);
  }
}

function chain(length) {
  let promise = Promise.resolve(0);
  for (let i = 0; i < length; i++) promise = promise.then((sum) => (sum + i) % 10007);
  return promise;
}

async function main() {
  const semaphore = new Semaphore(8);
  const done = await Promise.all(Array.from({ length: 1600 }, (_, id) => process(id, semaphore)));
  let items = 0;
  for await (const page of pages(500)) items += page.reduce((sum, n) => sum + n, 0);
  const settled = await Promise.allSettled(Array.from({ length: 1200 }, (_, id) => load(id)));
  const failed = settled.filter(({ status }) => status === "rejected").length;
  const first = await Promise.race([load(1), load(2), load(3)]);
  let sum = 0;
  for (let i = 0; i < 12000; i++) sum += await i;
  return [done.reduce((a, b) => a + b), items, failed, first.id, sum, await chain(6000)].join(" ");
}

globalThis.run = function () {
  globalThis.result = undefined;
  main().then(
    (result) => (globalThis.result = result),
    (error) => (globalThis.result = `failed: ${error}`),
  );
};
