import { withTags } from "../src/app.ts";

for (const [length, tags] of [[10, "new"], [2000, "new long"]] as const) {
  const found = withTags({ text: "x".repeat(length), tags: ["new"] }).tags.join(" ");
  if (found !== tags) {
    throw new Error(`expected the tags ${tags}, found ${found}`);
  }
}
console.log("ok");
