import { greeting } from "../src/greeting.ts";

for (const [name, text] of [["world", "Hello, world!\n"], ["Ada", "Hello, Ada!\n"]] as const) {
  const found = greeting(name);
  if (found !== text) {
    throw new Error(`found ${JSON.stringify(found)}`);
  }
}
console.log("ok");
