// isTrusted, and listeners that are no functions.
const event = new Event("x");
const own = Object.getOwnPropertyDescriptor(event, "isTrusted");
console.log(event.isTrusted, own.configurable, own.enumerable, own.set, "isTrusted" in Event.prototype);
console.log(own.get === Object.getOwnPropertyDescriptor(new CustomEvent("y"), "isTrusted").get);
let kept;
const { signal } = AbortSignal.timeout === undefined ? {} : (() => {
  const controller = new AbortController();
  controller.signal.onabort = (event) => {
    kept = event;
    console.log("fired", event.isTrusted);
  };
  controller.abort();
  return controller;
})();
// An event that the platform fired is not trusted when a script sends it.
signal.addEventListener("abort", (event) => console.log("sent", event.isTrusted));
signal.onabort = null;
signal.dispatchEvent(kept);

const target = new EventTarget();
console.log(target.addEventListener("x", undefined), target.addEventListener("x", null));
console.log(target.removeEventListener("x", null), target.removeEventListener("x", undefined));
for (const method of ["addEventListener", "removeEventListener"]) {
  try {
    target[method]("x", 5);
  } catch (error) {
    console.log(error.name, error.message);
  }
}
console.log(target.dispatchEvent(new Event("x")));

// performance is a target.
performance.addEventListener("own", (event) => console.log(event.type, event.target === performance), { once: true });
performance.dispatchEvent(new Event("own"));
console.log(performance instanceof EventTarget, Object.getPrototypeOf(Performance) === EventTarget);
