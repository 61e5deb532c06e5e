// Where the standards and Node.js 20 disagree, or Node.js has not what is tested here.
const seen = [];
const target = new EventTarget();
target.addEventListener("x", () => seen.push("bubble"));
target.addEventListener("x", () => seen.push("capture"), true);
target.addEventListener("x", () => target.addEventListener("x", () => seen.push("added")), { once: true });
target.dispatchEvent(new Event("x"));
console.log(seen.join(), new Event("x").AT_TARGET);
console.log(new URLSearchParams(null).toString(), new TextDecoder("x-user-defined").decode(new Uint8Array([0xe4])).charCodeAt() === 0xf7e4);
console.log(AbortSignal.any(new Set([AbortSignal.abort(1)])).reason);

const name = (run) => {
  try {
    return run();
  } catch (error) {
    return `${error.name} ${error.code}`;
  }
};
const lone = new ArrayBuffer(1);
structuredClone(lone, { transfer: [lone] });
for (const wrong of [
  () => structuredClone(1, { transfer: [lone] }), () => structuredClone(1, { transfer: [{}] }), () => structuredClone(new EventTarget()),
  () => structuredClone(new Event("x")), () => structuredClone(new Headers()), () => structuredClone(new URLSearchParams()),
  () => structuredClone(new URL("http://a")), () => structuredClone(new ReadableStream()), () => structuredClone(new (class extends EventTarget {})()),
  () => structuredClone(performance), () => structuredClone(crypto), () => structuredClone(new TextDecoder()),
  () => performance.measure("a", { detail: 1 }),
]) {
  console.log(name(wrong));
}
// No depth is too deep.
let deep = {}, error = new Error("e");
for (let i = 0; i < 20000; i++) {
  deep = { deep, list: new Map([[0, deep]]) };
  error = new Error("e", { cause: error });
}
console.log(typeof structuredClone(deep), structuredClone(error).message);
