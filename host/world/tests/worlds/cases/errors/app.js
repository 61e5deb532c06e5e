import { echo, echoOptions } from "acme:errors/host";

const fine = { price: 1, tags: [] };
export function itemList(kind) {
  switch (kind) {
    case "price": return [fine, fine, { price: "x", tags: [] }];
    case "tag": return [{ price: 1, tags: ["a", 5] }];
    case "missing": return [{ price: 1 }];
    case "no list": return 7;
  }
}
export const shapes = (kind) => ({ tag: kind, val: "x" });
export const colors = () => "blue";
export const small = () => 256;
export const long = () => 5;
export const text = () => 5;
export const bytes = () => [1, 2, 300];
export function throws() {
  throw new RangeError("too far");
}
export const rejects = async () => {
  throw new RangeError("too late");
};
export const waits = () => new Promise(() => {});
export function passes() {
  const messages = [];
  for (const call of [
    () => echo("text"),
    () => echo([1, 2, -1]),
    () => echoOptions({ width: 1.5 }),
    () => echoOptions({ width: 1, name: 5 }),
    () => echoOptions(),
  ]) {
    try {
      call();
      messages.push("no error");
    } catch (error) {
      messages.push(`${error.name}: ${error.message}`);
    }
  }
  return messages.join("\n");
}
export function recurses() {
  recurses();
}
export const works = () => "works";
