'use strict';
const { Buffer } = require('buffer');
const wire = require('internal/jsvm/v8_wire');
const heap = () => {
  const { heapTotal, heapUsed } = process.memoryUsage();
  return {
    total_heap_size: heapTotal, total_heap_size_executable: 0, total_physical_size: heapTotal, total_available_size: heapTotal - heapUsed,
    used_heap_size: heapUsed, heap_size_limit: heapTotal, malloced_memory: heapUsed, peak_malloced_memory: heapTotal, does_zap_garbage: 0,
    number_of_native_contexts: 1, number_of_detached_contexts: 0, total_global_handles_size: 0, used_global_handles_size: 0, external_memory: 0,
  };
};
const refuse = (name) => () => {
  const error = new Error(`v8.${name} cannot be used here: the engine is not V8`);
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  throw error;
};
module.exports = {
  ...wire,
  serialize(value) {
    const serializer = new wire.DefaultSerializer();
    serializer.writeHeader();
    serializer.writeValue(value);
    return serializer.releaseBuffer();
  },
  deserialize(buffer) {
    const deserializer = new wire.DefaultDeserializer(buffer);
    deserializer.readHeader();
    return deserializer.readValue();
  },
  cachedDataVersionTag: () => 0,
  getHeapStatistics: heap,
  getHeapSpaceStatistics: () => [],
  getHeapCodeStatistics: () => ({ code_and_metadata_size: 0, bytecode_and_metadata_size: 0, external_script_source_size: 0, cpu_profiler_metadata_size: 0 }),
  getHeapSnapshot: refuse('getHeapSnapshot'),
  writeHeapSnapshot: refuse('writeHeapSnapshot'),
  setHeapSnapshotNearHeapLimit() {},
  setFlagsFromString() {},
  stopCoverage() {},
  takeCoverage() {},
  queryObjects: refuse('queryObjects'),
  isStringOneByteRepresentation: (text) => /^[\0-\xff]*$/.test(text),
  promiseHooks: { onInit: refuse('promiseHooks'), onBefore: refuse('promiseHooks'), onAfter: refuse('promiseHooks'), onSettled: refuse('promiseHooks'), createHook: refuse('promiseHooks') },
  startupSnapshot: { addSerializeCallback() {}, addDeserializeCallback() {}, setDeserializeMainFunction() {}, isBuildingSnapshot: () => false },
  GCProfiler: class GCProfiler { start() {} stop() {} },
};
