// Async functions, thenables and generators.
require;
(async () => {
  console.log("begin");
  await null;
  console.log("after await");
  process.nextTick(() => console.log("tick after await"));
  await { then: (resolve) => process.nextTick(resolve) };
  console.log("after a tick");
})().finally(() => console.log("finally"));
process.nextTick(async () => {
  console.log("tick");
  await null;
  console.log("tick after await");
});
