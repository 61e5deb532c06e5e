// Customers with three orders get a discount on each later one, and no order is above 1,000.
// They also count what customers spend, which the first rules did not.
interface Order {
    customer: string;
    amount: number;
}
type Decision = { tag: "accept" } | { tag: "discount"; val: number } | { tag: "refuse"; val: string };

interface Customer {
    orders: number;
    spent: number;
}

let customers = new Map<string, Customer>();

export function decide({ customer, amount }: Order): Decision {
    if (amount > 100_000) return { tag: "refuse", val: "no order is above 1,000" };
    const known = customers.get(customer) ?? { orders: 0, spent: 0 };
    const discount = known.orders >= 3;
    customers.set(customer, { orders: known.orders + 1, spent: known.spent + amount });
    return discount ? { tag: "discount", val: 20 } : { tag: "accept" };
}

export const save = (): Uint8Array =>
    new TextEncoder().encode(JSON.stringify({ version: 2, customers: [...customers] }));

export function load(state: Uint8Array): void {
    const saved = JSON.parse(new TextDecoder().decode(state));
    switch (saved.version) {
        case 1:
            // The first rules counted orders only.
            customers = new Map(
                Object.entries<number>(saved.orders).map(([name, orders]) => [name, { orders, spent: 0 }]),
            );
            break;
        case 2:
            customers = new Map(saved.customers);
            break;
        default:
            throw new Error(`these rules cannot read a state of version ${saved.version}`);
    }
}
