// A listener that throws does not stop the others; whoever runs the jobs is told.
const target = new EventTarget();
target.addEventListener("x", () => { throw new Error("first"); });
target.addEventListener("x", () => console.log("second"));
console.log(target.dispatchEvent(new Event("x")));
Promise.resolve().then(() => console.log("job"));
