() => ({ enqueueMicrotask: queueMicrotask, setTickCallback() {}, runMicrotasks() {}, tickInfo: new Int32Array(2), promiseRejectEvents: {}, setPromiseRejectCallback() {} });
