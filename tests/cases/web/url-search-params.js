const p = new URLSearchParams("?a=1&b=2&a=3&c=%20+&d&=e&&f=%FF%C3%A4");
console.log([...p].map((pair) => pair.join("=")).join("|"), p.size);
console.log(p.get("a"), p.getAll("a"), p.get("none"), p.has("d"), p.has("a", "3"), p.has("a", "4"));
p.append("g", "x y");
p.set("a", "only");
p.delete("b");
console.log(p.toString());
p.delete("a", "other");
console.log(p.has("a"));
p.delete("a", "only");
console.log(p.has("a"));
const sorted = new URLSearchParams("z=1&a=2&z=0&ﬃ=3&🌈=4&a=1");
sorted.sort();
console.log([...sorted.keys()].join(), [...sorted.values()].join());
console.log(String(new URLSearchParams({ a: 1, b: "x&y", c: undefined })));
console.log(String(new URLSearchParams([["a", "1"], new Set(["b", "2"])])));
console.log(String(new URLSearchParams(new Map([["k", "v"]]))), String(new URLSearchParams(p)) === String(p));
console.log(String(new URLSearchParams("a=\ud800")), String(new URLSearchParams()), String(new URLSearchParams(undefined)), String(new URLSearchParams(null)));
console.log(String(new URLSearchParams("a=~!*()'-._ é")));
const entries = p.entries();
console.log(entries.next(), Object.prototype.toString.call(entries), entries[Symbol.iterator]() === entries);
console.log(Object.getPrototypeOf(Object.getPrototypeOf(entries)) === Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())));
console.log(URLSearchParams.prototype[Symbol.iterator] === URLSearchParams.prototype.entries);
p.forEach(function (value, name, all) { console.log(name, value, all === p, this.x); }, { x: 1 });
// Changes while it is iterated.
const live = new URLSearchParams("a=1&b=2&c=3");
const names = [];
for (const [name] of live) {
  names.push(name);
  if (name === "a") live.delete("b");
}
console.log(names.join());
for (const wrong of [
  () => URLSearchParams(), () => p.get(), () => p.append("a"), () => new URLSearchParams([["a"]]), () => new URLSearchParams([1]),
  () => new URLSearchParams([["a", "b", "c"]]), () => p.forEach(1), () => URLSearchParams.prototype.get.call({}, "a"),
  () => entries.next.call({}), () => new URLSearchParams({ [Symbol.iterator]: 1 }), () => p.append("a", Symbol()),
]) {
  try {
    wrong();
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
