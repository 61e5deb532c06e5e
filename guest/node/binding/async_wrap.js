// Numbers of asynchronous resources. Hooks see the resources that scripts make (`AsyncResource`), not those
// of the engine.
() => {
  const constants = {
    kInit: 0, kBefore: 1, kAfter: 2, kDestroy: 3, kPromiseResolve: 4, kTotals: 5, kCheck: 6, kStackLength: 7,
    kUsesExecutionAsyncResource: 8,
    kExecutionAsyncId: 0, kTriggerAsyncId: 1, kAsyncIdCounter: 2, kDefaultTriggerAsyncId: 3,
  };
  const async_hook_fields = new Uint32Array(9);
  const async_id_fields = new Float64Array([1, 0, 1, -1]);
  const async_ids_stack = new Float64Array(2048);
  const execution_async_resources = [];
  return {
    constants, async_hook_fields, async_id_fields, async_ids_stack, execution_async_resources,
    setupHooks() {}, setCallbackTrampoline() {}, setPromiseHooks() {}, getPromiseHooks: () => [],
    registerDestroyHook() {}, queueDestroyAsyncId() {},
    clearAsyncIdStack() {
      async_hook_fields[constants.kStackLength] = 0;
      execution_async_resources.length = 0;
    },
    pushAsyncContext() {}, popAsyncContext: () => false,
    executionAsyncResource: (index) => execution_async_resources[index],
    Providers: {},
  };
};
