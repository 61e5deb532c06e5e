import { Counter, Ticket, consume, sum, named, maybe, draw, refuse } from "demo:echo/counters";
import * as more from "demo:echo/more";

const dispose = Symbol.dispose ?? Symbol.for("dispose");
const attempt = (call) => {
    try {
        console.log(call());
    } catch (error) {
        console.log(`${error}`);
    }
};

const one = new Counter(40);
console.log(one instanceof Counter, Counter.name, Counter.length, one.add(2), one.value());
const two = one.plus(one);
console.log(two instanceof Counter, two.value(), one.value(), Counter.liveCount());
console.log(Counter.parse("17").value());
attempt(() => Counter.parse("seven"));

// Borrowed, and handed over.
console.log(sum([one, two, one]));
console.log(consume(two));
attempt(() => two.value());
attempt(() => consume(two));

// Inside of other values.
for (const [name, counter] of named(["a", "b"])) {
    console.log(name, counter instanceof Counter, counter.value());
}
console.log(maybe(false), maybe(true).value());

// Without a constructor, and thrown.
const ticket = draw();
console.log(ticket instanceof Ticket, ticket.number());
attempt(() => new Ticket());
try {
    refuse();
} catch (error) {
    console.log(error.name, error.payload instanceof Ticket, error.payload.number());
}

// Another type of the same component.
attempt(() => consume(ticket));
attempt(() => Counter.prototype.value.call(ticket));
attempt(() => Counter.prototype.value.call({}));
attempt(() => Counter.prototype.value.call(undefined));

// An interface that uses another's.
console.log(more.twice(one) instanceof Counter, more.twice(one).value(), more.Counter === Counter);
console.log(more.mirror({ x: 1, y: 2 }));

// A class like any other.
class Loud extends Counter {
    add(by) {
        return `${super.add(by)}!`;
    }
}
console.log(new Loud(1).add(1), new Loud(1) instanceof Counter);

// Disposed, also twice; what is collected is dropped.
one[dispose]();
one[dispose]();
attempt(() => one.value());
attempt(() => sum([one]));
const before = Counter.liveCount();
for (let i = 0; i < 100; i++) new Counter(i);
await null;
console.log(before, Counter.liveCount() - before < 100);
