const start = performance.now();
const late = setTimeout(() => console.log("never"), 100_000);
setTimeout(() => {
  clearTimeout(late);
  console.log("timer", performance.now() - start >= 200);
}, 200);
