import { trap, recurse, allocate, calls } from "demo:echo/trouble";
import { Counter } from "demo:echo/counters";

const attempt = (call) => {
    try {
        console.log(call());
    } catch (error) {
        console.log(error instanceof Error, `${error}`);
    }
};

console.log(calls(), calls());
const counter = new Counter(1);

// A trap ends the instance. The VM lives, and the next call finds the component as new.
attempt(trap);
console.log(calls());
attempt(() => counter.value());
attempt(() => recurse(0));
console.log(calls());
attempt(allocate);
console.log(calls(), new Counter(2).value());
