// From what was measured to what is said about it.

/** The middle of some numbers, or the mean of the two that are. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function geometricMean(numbers) {
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}

/** What was measured of one row: for each world and each of its ways one number per round. */
export class Samples {
  #worlds = new Map();

  add(world, answers) {
    if (!this.#worlds.has(world)) this.#worlds.set(world, new Map());
    const ways = this.#worlds.get(world);
    for (const { how, value } of answers) {
      if (!ways.has(how)) ways.set(how, []);
      ways.get(how).push(value);
    }
  }

  /** The best way of a world, with its numbers; `undefined` if it has none. */
  #best(world) {
    const ways = [...(this.#worlds.get(world) ?? [])].map(([how, rounds]) => ({ how, rounds, value: median(rounds) }));
    return ways.sort((a, b) => a.value - b.value)[0];
  }

  /**
   * For each world its best way: the median of all rounds, and how many times what the first world
   * needed. That is the median of the ratios of single rounds, since what else the machine did then
   * hit both alike.
   */
  cells(worlds) {
    const first = this.#best(worlds[0]);
    const cell = (world) => {
      const best = this.#best(world);
      if (best === undefined) return null;
      const ratio = first && median(best.rounds.map((value, round) => value / first.rounds[round]));
      return { how: best.how, value: best.value, ratio: ratio ?? null, rounds: best.rounds };
    };
    return Object.fromEntries(worlds.map((world) => [world, cell(world)]));
  }
}
