const log = [];

class OwnCounter {
  #value;
  constructor(start) {
    this.#value = start;
  }
  async next() {
    await undefined;
    return this.#value++;
  }
}

const aborted = (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));

export const work = {
  OwnCounter,
  add: async (a, b) => a + b,
  async obey({ signal }) {
    log.push("obey begins");
    const reason = await aborted(signal);
    log.push(`obey: ${reason.name}`);
    throw reason;
  },
  async finish({ signal }) {
    await aborted(signal);
    log.push("finish ends");
    return "finished";
  },
  ignore: () => new Promise(() => {}),
  upper: async (words) =>
    (async function* () {
      try {
        for await (const word of words) {
          log.push(`upper: ${word}`);
          yield word.toUpperCase();
        }
      } finally {
        log.push("upper ends");
      }
    })(),
  async first(words) {
    for await (const word of words) return word;
  },
  async count(bytes) {
    let count = 0;
    for await (const chunk of bytes) count += chunk.length;
    return BigInt(count);
  },
  endless: async () =>
    (async function* () {
      try {
        for (;;) yield new Uint8Array(100_000);
      } finally {
        log.push("endless ends");
      }
    })(),
  later: async (value) => (await value) + 1,
  counter: async (start) => new OwnCounter(start),
  log: () => log.splice(0),
};
