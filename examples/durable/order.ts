// An order that waits three weeks for its approval: examples/durable/README.md
import { progress, retry, signal } from "jsvm:flow";

interface Order {
  item: string;
  cents: number;
  shop: string;
}

export default async function order({ item, cents, shop }: Order) {
  console.log(`reserve ${item}`);
  await fetch(`${shop}/reservations/${item}`, { method: "PUT" });
  progress("waits for approval");

  const by = await signal<string>("approved", { timeout: "3w" });
  console.log(`approved by ${by}`);

  // A POST gets an Idempotency-Key, and all attempts share it: the shop charges once.
  const receipt = await retry({ attempts: 10, delay: "1s" }, async () => {
    const response = await fetch(`${shop}/charges`, { method: "POST", body: JSON.stringify({ item, cents }) });
    if (!response.ok) throw new Error(`the shop answers ${response.status}`);
    return response.json();
  });
  console.log(`charged ${cents / 100} EUR, receipt ${receipt.number}`);
  return receipt;
}
