import type { World, counters as types } from "example:greeter/greeter";

class Counter implements types.Counter {
  #value: number;

  constructor(start: number) {
    this.#value = start;
  }

  add(by: number): number {
    this.#value += by;
    return this.#value;
  }
}

export const counters: World["counters"] = { Counter };

export function greet(name: string): string {
  if (name === "") {
    // The caller gets the message as the error of the result.
    throw new Error("the name is empty");
  }
  return `Hello, ${name}!`;
}
