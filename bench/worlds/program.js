// The same program for all tools that make components from JavaScript.
import { tick } from "bench:worlds/ticks";

class Counter {
    #count;

    constructor(start) {
        this.#count = start;
    }

    next() {
        return ++this.#count;
    }
}

const dearer = (item) => ({ ...item, price: item.price * 2 });

export const work = {
    Counter,
    add: (a, b) => a + b,
    text: (text) => text,
    one: dearer,
    many: (items) => items.map(dearer),
    bytes: (bytes) => bytes,
    calls(count) {
        let n = 0;
        for (let i = 0; i < count; i++) n = tick(n);
        return n;
    },
};
