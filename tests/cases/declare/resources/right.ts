import * as given from "test:resources/counters";
import type { counters as types } from "test:resources/resources";

class Counter {
  #count: number;
  constructor(start: number) {
    this.#count = start;
  }
  add(by: number): bigint {
    this.#count += by;
    return BigInt(this.#count);
  }
  join(other: Counter): Counter {
    return new Counter(this.#count + other.#count);
  }
  static parse(text: string): Counter {
    return new Counter(Number(text));
  }
}

class Ticket implements types.Ticket {
  private constructor(private value: number) {}
  static create(value: number) {
    return new Ticket(value);
  }
  number() {
    return this.value;
  }
}

export const counters = {
  Counter,
  Ticket,
  Fallible: class {
    constructor(text: string) {
      if (text === "") throw new Error(text);
    }
  },
  sum: (all: Counter[]) => all.reduce((sum, counter) => sum + counter.add(0), 0n),
  split: (pair: { left: Counter; right?: Counter | undefined }): [Counter, Counter] => [
    pair.left,
    pair.right ?? new Counter(0),
  ],
  draw: () => Ticket.create(1),
};
export const users = { consume: (counter: Counter) => counter };

{
  using other = new given.Counter(1);
  given.sum([other, given.Counter.parse("1")]);
  const drawn: given.Ticket = given.draw();
  drawn.number();
}
