// A flow that has waited for a signal, a timer of three weeks and an outcome when it is exported.
import { progress, query, signal, sleep } from "jsvm:flow";

class Order {
  lines = new Map<string, number>();
  #total = 0n;

  add(item: string, cents: number) {
    this.lines.set(item, cents);
    this.#total += BigInt(cents);
  }

  get total() {
    return this.#total;
  }
}

export default async function order(items: [string, number][]) {
  const order = new Order();
  const random = Math.random();
  query("total", () => String(order.total));
  for (const [item, cents] of items) {
    order.add(item, cents);
    progress({ items: order.lines.size });
    await sleep(1);
  }
  console.log(`reserved ${[...order.lines.keys()].join(" and ")}`);
  const names: string[] = [];
  for (let count = 0; count < 2; count++) {
    names.push(await signal<string>("approved", { timeout: "3w" }));
    console.log(`approved by ${names.at(-1)}`);
  }
  return { total: String(order.total), names, same: random === random && random < 1 };
}
