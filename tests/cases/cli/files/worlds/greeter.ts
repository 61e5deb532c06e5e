import traceLine from "trace-line";

export const greet = async ({ name, age }: { name: string; age?: number }) => {
  console.log("greets");
  if (name === "nobody") throw Object.assign(new Error("nobody is here"), { payload: "nobody" });
  if (name === "number") return 3;
  if (name === "trace") traceLine(name);
  return `Hello, ${name} (${age ?? "?"})!`;
};
export const add = (a: bigint, b: bigint) => a + b;
export const counters = {
  Counter: class {
    #value: number;
    constructor(start: number) {
      this.#value = start;
    }
    add(by: number) {
      return (this.#value += by);
    }
  },
};
