// Receipts for tills in any language. Their prices come from a component in Rust.
import { Catalog } from "acme:till/catalogs@0.1.0";

interface Line {
    item: string;
    count: number;
    cents: number;
}

let open = 0;

class Receipt {
    readonly #catalog = new Catalog("EUR");
    #lines: Line[] = [];

    constructor(readonly customer: string) {
        open++;
    }

    // An export with a `result` throws its error: the thrown object is the variant `problem`.
    add(item: string, count: number): Line {
        if (count === 0) throw { tag: "empty" };
        const price = this.#catalog.price(item);
        if (price === undefined) throw { tag: "unknown", val: item };
        const line = { item, count, cents: price * count };
        this.#lines.push(line);
        return line;
    }

    lines(): Line[] {
        return this.#lines;
    }

    // The other receipt is owned here: it ends with this call.
    merge(other: Receipt): void {
        this.#lines.push(...other.#lines);
        other[Symbol.dispose]();
    }

    currency(): string {
        return this.#catalog.currency();
    }

    // The caller drops its handle, or a receipt is merged into another.
    [Symbol.dispose](): void {
        open--;
        this.#catalog[Symbol.dispose]();
    }
}

function print(receipt: Receipt): string {
    const lines = receipt.lines();
    const total = lines.reduce((sum, { cents }) => sum + cents, 0);
    const row = (name: string, cents: number) => name.padEnd(12) + (cents / 100).toFixed(2).padStart(8);
    return [
        `${receipt.customer} (${receipt.currency()})`,
        ...lines.map(({ item, count, cents }) => row(`${count} ${item}`, cents)),
        row("total", total),
    ].join("\n");
}

export const receipts = { Receipt, print, count: () => open };
