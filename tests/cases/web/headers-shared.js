// Headers that have the same pairs inside go their own ways when one of them is changed.
const show = (...all) => console.log(all.map((headers) => [...headers].map((pair) => pair.join("=")).join("&")).join(" | "));

const request = new Request("http://a/", { headers: { a: "1", b: "2" } });
const copy = new Request(request);
const clone = request.clone();
show(request.headers, copy.headers, clone.headers);
request.headers.append("a", "3");
copy.headers.delete("a");
clone.headers.set("b", "4");
show(request.headers, copy.headers, clone.headers);
const second = new Request(request);
request.headers.set("c", "5");
second.headers.append("d", "6");
show(request.headers, second.headers);

const response = new Response("x");
const twin = response.clone();
response.headers.append("content-type", "text/html");
show(response.headers, twin.headers, new Response("y").headers);
twin.headers.delete("content-type");
show(response.headers, twin.headers, twin.clone().headers);

const json = Response.json(1);
json.headers.set("content-type", "text/plain");
show(json.headers, Response.json(2).headers, Response.json(3, { headers: { a: "b" } }).headers);

const empty = new Headers();
empty.append("a", "b");
show(empty, new Headers(), new Response().headers, new Headers(empty));
for (const fixed of [Response.error(), Response.redirect("http://a/"), Response.redirect("http://a/").clone()]) {
  try {
    fixed.headers.append("a", "b");
  } catch (error) {
    console.log(error.name, [...fixed.headers].join());
  }
}

// Names and values that are kept as they are, and others.
const long = "X-".repeat(40);
const headers = new Headers([["x-lower", " v "], ["X-Upper", "a b"], ["x_under", "\xe9"], [long, "\t"], ["e", ""]]);
show(headers);
console.log(headers.get("X-LOWER"), headers.get("x-upper"), headers.has(long.toLowerCase()));
for (const pair of [["", "v"], ["a b", "v"], ["\xe9", "v"], ["a", "\u0100"], ["\u0100", "v"], ["a", "b\nc"], ["a", "b\0"], [Symbol.iterator, "v"]]) {
  try {
    headers.append(...pair);
    console.log("appended", JSON.stringify(pair));
  } catch (error) {
    console.log(error.name);
  }
}
// Lone surrogates in text become U+FFFD.
console.log(new URL("http://a/\ud800").href, new URL("b", "http://a/\ud800/c").href, new Request("http://a/?\udc00é").url);
console.log(URL.parse("x:", undefined).href, URL.parse("/"), URL.canParse("/", "http://a/"), new URL({ toString: () => "http://b/" }).host);
// Headers of headers: sorted and combined, as their iterator gives them, whoever has replaced that.
const many = new Headers([["b", "1"], ["a", "2"], ["b", "3"], ["set-cookie", "x"], ["Set-Cookie", "y"]]);
const taken = new Headers(many);
taken.append("a", "4");
many.delete("b");
show(many, taken, new Response(null, { headers: taken }).headers, new Request("http://a/", { headers: many }).headers);
console.log(taken.getSetCookie().length, new Response("x", { headers: many }).headers.get("content-type"));
const steps = Object.getPrototypeOf(many.keys());
const { next } = steps;
steps.next = function () {
  const step = next.call(this);
  return step.done ? step : { done: false, value: [step.value[0], step.value[1] + "!"] };
};
show(new Headers(many));
steps.next = next;
many[Symbol.iterator] = () => [["own", "iterator"]].values();
show(new Headers(many));
