// Event, EventTarget, CustomEvent.
const target = new EventTarget();
const seen = [];
target.addEventListener("x", () => seen.push("first"));
target.addEventListener("x", () => seen.push("once"), { once: true });
const object = { handleEvent(event) { seen.push(this === object, event.type); } };
target.addEventListener("x", object);
target.addEventListener("x", object);
console.log(target.dispatchEvent(new Event("x")), seen.splice(0));
console.log(target.dispatchEvent(new Event("x")), seen.splice(0));
target.removeEventListener("x", object);
target.removeEventListener("x", () => {}, true);
target.dispatchEvent(new Event("x"));
console.log(seen.splice(0));

// Cancelling.
target.addEventListener("c", (event) => event.preventDefault());
console.log(target.dispatchEvent(new Event("c")), target.dispatchEvent(new Event("c", { cancelable: true })));
const passive = new EventTarget();
passive.addEventListener("c", (event) => event.preventDefault(), { passive: true });
const passed = new Event("c", { cancelable: true });
console.log(passive.dispatchEvent(passed), passed.defaultPrevented, passed.returnValue);

// Order, and stopping.
const stop = new EventTarget();
stop.addEventListener("s", (event) => { seen.push(1); event.stopImmediatePropagation(); });
stop.addEventListener("s", () => seen.push(2));
stop.dispatchEvent(new Event("s"));
console.log(seen.splice(0));

// What the event says while it is dispatched.
const inside = new EventTarget();
inside.addEventListener("i", function (event) {
  console.log(
    this === inside, event.target === inside, event.currentTarget === inside,
    event.eventPhase === Event.AT_TARGET, event.composedPath()[0] === inside,
  );
  try {
    inside.dispatchEvent(event);
  } catch (error) {
    console.log(error.name);
  }
});
const event = new Event("i");
inside.dispatchEvent(event);
console.log(event.target === inside, event.currentTarget, event.eventPhase, event.composedPath());

// Listeners that come and go meanwhile.
const live = new EventTarget();
const later = () => seen.push("later");
live.addEventListener("l", () => {
  seen.push("first");
  live.removeEventListener("l", later);
});
live.addEventListener("l", later);
live.dispatchEvent(new Event("l"));
console.log(seen.splice(0));

// Attributes.
const plain = new Event("name", { bubbles: true, composed: true });
console.log(plain.type, plain.bubbles, plain.cancelable, plain.composed, plain.isTrusted, plain.target);
console.log(typeof plain.timeStamp, plain.timeStamp >= 0, plain.cancelBubble, plain.srcElement);
console.log(Event.NONE, Event.CAPTURING_PHASE, Event.AT_TARGET, Event.BUBBLING_PHASE);
const custom = new CustomEvent("c", { detail: { a: 1 } });
console.log(custom.detail, new CustomEvent("d").detail, custom instanceof Event);
console.log(Object.prototype.toString.call(plain), String(custom), String(target));
console.log(new Event(undefined).type, new Event(1).type);

// A signal takes a listener away.
const controller = new AbortController();
target.addEventListener("a", () => seen.push("a"), { signal: controller.signal });
target.dispatchEvent(new Event("a"));
controller.abort();
target.dispatchEvent(new Event("a"));
target.addEventListener("a", () => seen.push("never"), { signal: controller.signal });
target.dispatchEvent(new Event("a"));
console.log(seen.splice(0));

// What is wrong.
for (const wrong of [
  () => new Event(), () => Event("x"), () => target.dispatchEvent({}), () => target.dispatchEvent(),
  () => target.addEventListener("x"), () => target.addEventListener("x", 1),
  () => EventTarget.prototype.dispatchEvent.call({}, new Event("x")),
  () => Object.getOwnPropertyDescriptor(Event.prototype, "type").get.call({}),
  () => target.addEventListener("x", () => {}, { signal: {} }), () => new Event("x", 1),
]) {
  try {
    wrong();
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}

// Subclasses.
class Door extends EventTarget {
  open() { this.dispatchEvent(new CustomEvent("open", { detail: 42 })); }
}
const door = new Door();
door.addEventListener("open", (event) => console.log(event.detail, event.target === door));
door.open();
