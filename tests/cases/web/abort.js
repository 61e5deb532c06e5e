const controller = new AbortController();
const { signal } = controller;
console.log(signal.aborted, signal.reason, signal.onabort, signal === controller.signal);
const seen = [];
signal.onabort = function (event) {
  seen.push("handler", this === signal, event.type, event.isTrusted, event.target === signal);
};
signal.addEventListener("abort", () => seen.push("listener"));
signal.throwIfAborted();
controller.abort();
controller.abort("again");
console.log(seen, signal.aborted, signal.reason.name, signal.reason.code, signal.reason instanceof DOMException);
try { signal.throwIfAborted(); } catch (error) { console.log(error === signal.reason); }

const reason = { why: 1 };
const given = new AbortController();
given.abort(reason);
console.log(given.signal.reason === reason);
console.log(AbortSignal.abort().reason.name, AbortSignal.abort(5).reason, AbortSignal.abort(5).aborted);

// The handler keeps its place in the order, and can be taken away.
const order = new AbortController();
const calls = [];
order.signal.addEventListener("abort", () => calls.push(1));
order.signal.onabort = () => calls.push("replaced");
order.signal.addEventListener("abort", () => calls.push(3));
order.signal.onabort = () => calls.push(2);
order.abort();
console.log(calls);
const none = new AbortController();
none.signal.onabort = () => calls.push("never");
none.signal.onabort = null;
none.abort();
console.log(calls.length, none.signal.onabort);

// any
const a = new AbortController(), b = new AbortController();
const any = AbortSignal.any([a.signal, b.signal]);
const nested = AbortSignal.any([any, AbortSignal.any([])]);
const log = [];
a.signal.addEventListener("abort", () => log.push("a", any.aborted, nested.aborted));
any.addEventListener("abort", () => log.push("any"));
nested.addEventListener("abort", () => log.push("nested"));
b.abort("b first");
a.abort("a late");
console.log(any.aborted, any.reason, nested.reason, log);
console.log(AbortSignal.any([a.signal]).reason, AbortSignal.any([]).aborted);

for (const wrong of [
  () => new AbortSignal(), () => AbortController(), () => AbortSignal.any(), () => AbortSignal.any([1]),
  () => AbortSignal.any(1), () => Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted").get.call({}),
  () => AbortController.prototype.abort.call({}), () => AbortSignal.timeout(), () => AbortSignal.timeout(-1),
]) {
  try {
    wrong();
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
console.log(signal instanceof EventTarget, String(signal), String(controller));
