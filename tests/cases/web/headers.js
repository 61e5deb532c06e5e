const h = new Headers({ "Content-Type": "text/plain", "X-A": "1" });
h.append("x-a", " 2\t");
console.log(h.get("X-A"), h.has("content-TYPE"), h.get("none"), h.has("none"));
h.append("Set-Cookie", "a=1");
h.append("set-cookie", "b=2");
console.log(h.getSetCookie(), h.get("set-cookie"));
console.log([...h].map(([name, value]) => `${name}:${value}`).join("|"));
h.set("x-a", "3");
h.delete("content-type");
h.delete("none");
console.log([...h.keys()].join(), [...h.values()].join());
h.set("x-a", "\xe4");
console.log(h.get("x-a"), new Headers([["a", "1"], ["A", "2"]]).get("a"), new Headers(h).get("x-a"));
console.log(new Headers([["b", ""], ["a", "x  y"]]).get("b") === "", new Headers([["a", "x  y"]]).get("a"));
h.forEach((value, name, all) => console.log(name, value, all === h));
console.log(String(h), String(h.entries()), Headers.prototype[Symbol.iterator] === Headers.prototype.entries);
for (const wrong of [
  () => new Headers({ "a b": "1" }), () => new Headers({ "": "1" }), () => h.append("ä", "1"), () => h.append("a", "x\ny"),
  () => h.append("a", "x\0"), () => h.set("a", "€"), () => h.get("a b"), () => h.get(), () => h.append("a"), () => new Headers([["a"]]),
  () => new Headers(null), () => new Headers(1), () => new Headers([["a", "b", "c"]]), () => Headers(), () => Headers.prototype.get.call({}, "a"),
  () => h.append("a", "\ud800"), () => new Headers("text"),
]) {
  try {
    wrong();
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
// Changes while they are iterated.
const live = new Headers({ a: "1", c: "3" });
const seen = [];
for (const [name] of live) {
  seen.push(name);
  if (name === "a") live.append("b", "2");
}
console.log(seen.join());
