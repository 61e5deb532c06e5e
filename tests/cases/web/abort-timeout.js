// The timer is the one that is there when the signal is made.
const timers = [];
globalThis.setTimeout = (run, time) => { timers.push([run, time]); };
const signal = AbortSignal.timeout(50);
const any = AbortSignal.any([signal]);
const seen = [];
signal.addEventListener("abort", () => seen.push("signal"));
any.addEventListener("abort", () => seen.push("any"));
console.log(timers.length, timers[0][1], signal.aborted);
timers[0][0]();
console.log(seen.join(), signal.reason.name, signal.reason.code, any.reason === signal.reason);
console.log(AbortSignal.timeout(7.9).aborted, timers[1][1]);
// Gone before it fires.
timers[1][0]();
for (const time of [-1, NaN, Infinity, 2 ** 53, "x"]) {
  try {
    AbortSignal.timeout(time);
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
