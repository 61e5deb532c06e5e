// Labels are converted before a method runs: what that throws goes to the caller.
for (const method of ["count", "countReset", "time", "timeLog", "timeEnd"]) {
  try {
    console[method]({ toString() { throw new Error(method + " throws"); } });
    console.log(method, "did not throw");
  } catch (error) {
    console.log(error.message);
  }
  try {
    console[method](Symbol("label"));
  } catch (error) {
    console.log(error.name);
  }
}
console.count({ toString: () => "object" });
console.count("object");
console.count(undefined);
console.count();
console.countReset(null);
console.log({ toString() { throw new Error("not called"); } });
