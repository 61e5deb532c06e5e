import { add, count, counter, endless, finish, first, ignore, later, log, obey, upper } from "test:pair/work";

const scenarios = {
  async add() {
    return await Promise.all([add(1, 2), add(3, 4)]);
  },
  async obey() {
    const controller = new AbortController();
    const promise = obey({ signal: controller.signal });
    await add(1, 1);
    controller.abort(new Error("enough"));
    return [await promise.catch(String)];
  },
  async finish() {
    const controller = new AbortController();
    const promise = finish(controller);
    await add(1, 1);
    controller.abort();
    return [await promise];
  },
  async ignore() {
    const controller = new AbortController();
    const promise = ignore(controller);
    await add(1, 1);
    controller.abort("never mind");
    return [await promise.catch(String)];
  },
  async "aborted before"() {
    return [await obey({ signal: AbortSignal.abort("too late") }).catch(String)];
  },
  async upper() {
    const words = [];
    for await (const word of await upper(["a", "é", "c"])) words.push(word);
    return words;
  },
  async "upper until b"() {
    const sent = [];
    async function* source() {
      try {
        for (let count = 0; count < 1000; count++) {
          sent.push(count);
          yield count === 0 ? "a" : count === 1 ? "b" : "more";
        }
      } finally {
        sent.push("end");
      }
    }
    const words = [];
    for await (const word of await upper(source())) {
      words.push(word);
      if (word === "B") break;
    }
    // Until the other side knows, and this one does.
    for (let turn = 0; turn < 1000 && sent.at(-1) !== "end"; turn++) await later(0);
    return [words.join(), sent.at(-1), sent.length];
  },
  async first() {
    const sent = [];
    async function* source() {
      try {
        for (let count = 0; count < 1000; count++) {
          sent.push(count);
          yield `word ${count}`;
        }
      } finally {
        sent.push("end");
      }
    }
    const word = await first(source());
    for (let turn = 0; turn < 100 && sent.at(-1) !== "end"; turn++) await later(0);
    return [word, sent.at(-1)];
  },
  async count() {
    return [String(await count(Array.from({ length: 100 }, () => new Uint8Array(100_000))))];
  },
  async endless() {
    let size = 0;
    for await (const chunk of await endless()) {
      size += chunk.length;
      if (size >= 1_000_000) break;
    }
    for (let turn = 0; turn < 5; turn++) await later(0);
    return [`${size >= 1_000_000}`];
  },
  async later() {
    return [await later(add(1, 1)), await later(5)];
  },
  async counter() {
    const one = await counter(10);
    return [await one.next(), await one.next()];
  },
};

export const run = async (name) => [...(await scenarios[name]()).map(String), ...log()];
