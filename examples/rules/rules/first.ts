// Every third order of a customer is cheaper.
interface Order {
    customer: string;
    amount: number;
}
type Decision = { tag: "accept" } | { tag: "discount"; val: number } | { tag: "refuse"; val: string };

let orders: Record<string, number> = {};

export function decide({ customer, amount }: Order): Decision {
    if (amount === 0) return { tag: "refuse", val: "the order is empty" };
    const count = (orders[customer] ?? 0) + 1;
    orders[customer] = count;
    return count % 3 === 0 ? { tag: "discount", val: 10 } : { tag: "accept" };
}

export const save = (): Uint8Array => new TextEncoder().encode(JSON.stringify({ version: 1, orders }));

export function load(state: Uint8Array): void {
    ({ orders } = JSON.parse(new TextDecoder().decode(state)));
}
