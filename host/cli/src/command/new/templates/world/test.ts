import { counters, greet } from "../src/app.ts";

function expect(found: unknown, expected: unknown) {
  if (found !== expected) {
    throw new Error(`expected ${expected}, found ${found}`);
  }
}

expect(greet("Ada"), "Hello, Ada!");
expect(await new counters.Counter(1).add(2), 3);
let error;
try {
  greet("");
} catch (thrown) {
  error = thrown;
}
expect((error as Error).message, "the name is empty");
console.log("ok");
