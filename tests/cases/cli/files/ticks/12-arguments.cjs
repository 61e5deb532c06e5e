// Arguments, `this`, and wrong callbacks.
require;
process.nextTick(function (...args) { console.log(args, this === undefined || this === globalThis); }, 1, "two", [3]);
process.nextTick((...args) => console.log(args.length));
for (const callback of [undefined, null, 1, "text", {}]) {
  try {
    process.nextTick(callback);
  } catch (error) {
    console.log(error.name, error.code);
  }
}
