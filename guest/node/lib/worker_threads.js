'use strict';
const { MessageChannel, MessagePort, BroadcastChannel } = globalThis;
const refuse = () => {
  const error = new Error('worker_threads.Worker cannot be used here: a VM has one thread. Use several VMs');
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  return error;
};
const data = new Map();
module.exports = {
  isMainThread: true, isInternalThread: false, threadId: 0, threadName: '', parentPort: null, workerData: null, resourceLimits: {},
  MessageChannel, MessagePort, BroadcastChannel,
  Worker: class Worker { constructor() { throw refuse(); } },
  SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
  getEnvironmentData: (key) => data.get(key),
  setEnvironmentData(key, value) { if (value === undefined) data.delete(key); else data.set(key, value); },
  markAsUntransferable() {}, isMarkedAsUntransferable: () => false, markAsUncloneable() {},
  moveMessagePortToContext() { throw refuse(); },
  postMessageToThread() { throw refuse(); },
  receiveMessageOnPort() { throw refuse(); },
};
