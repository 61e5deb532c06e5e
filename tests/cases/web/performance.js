console.log(typeof performance.now(), performance.now() <= performance.now(), performance.timeOrigin > 0, String(performance));
console.log(performance instanceof Performance, Object.keys(performance.toJSON()).includes("timeOrigin"));
const mark = performance.mark("m", { startTime: 10, detail: { a: [1] } });
console.log(mark.name, mark.entryType, mark.startTime, mark.duration, mark.detail, mark instanceof PerformanceMark, mark instanceof PerformanceEntry);
performance.mark("n", { startTime: 5 });
performance.mark("m", { startTime: 30 });
const measure = performance.measure("x", "n", "m");
console.log(measure.name, measure.entryType, measure.startTime, measure.duration, measure.detail, String(measure));
console.log(performance.measure("y", { start: 1, end: 4, detail: "d" }).duration, performance.measure("z", { start: "n", duration: 7 }).duration);
console.log(performance.measure("w", { end: 9, duration: 2 }).startTime, performance.measure("o").startTime);
console.log(performance.getEntries().filter((e) => e.name !== "o").map((e) => `${e.name}@${e.startTime}`).join());
console.log(performance.getEntriesByType("mark").length, performance.getEntriesByName("m").length, performance.getEntriesByName("m", "measure").length);
performance.clearMarks("m");
console.log(performance.getEntriesByType("mark").map((e) => e.name).join());
performance.clearMarks();
performance.clearMeasures("x");
console.log(performance.getEntriesByType("mark").length, performance.getEntriesByName("x").length, performance.getEntriesByName("y").length);
performance.clearMeasures();
console.log(performance.getEntries().length, JSON.stringify(mark));
for (const wrong of [
  () => performance.mark(), () => performance.mark("a", { startTime: -1 }), () => new Performance(), () => new PerformanceEntry(),
  () => new PerformanceMeasure(), () => performance.measure("a", {}, "b"), () => performance.measure("a", { duration: 1 }),
]) {
  try {
    wrong();
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
try { performance.measure("a", "unknown"); } catch (error) { console.log(error.name, error instanceof DOMException); }
try { performance.mark("a", { detail: () => {} }); } catch (error) { console.log(error.name); }
console.log(new PerformanceMark("own", { startTime: 3 }).startTime, performance.getEntriesByName("own").length);
