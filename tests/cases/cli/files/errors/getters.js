const error = new Error("hidden");
for (const name of ["name", "message", "stack", "cause", "errors"]) {
  Object.defineProperty(error, name, { get() { throw new Error("from " + name); } });
}
throw error;
