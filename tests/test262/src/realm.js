// `$262`, as INTERPRETING.md of test262 describes it, without what a VM has not: tests that use that are not run.
(() => {
  const transfer = Function.prototype.call.bind(ArrayBuffer.prototype.transfer);
  const evaluate = eval;
  Object.defineProperty(globalThis, '$262', {
    configurable: true,
    writable: true,
    value: {
      global: globalThis,
      detachArrayBuffer(buffer) {
        transfer(buffer);
        return null;
      },
      evalScript: (source) => evaluate(source),
    },
  });
})();
