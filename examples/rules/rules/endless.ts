// Rules with a fault: they never decide on large orders.
let count = 0;

export function decide({ amount }: { customer: string; amount: number }) {
    while (amount > 100) count++;
    return { tag: "accept" };
}

export const save = (): Uint8Array => new Uint8Array([count]);

export function load(): void {}
