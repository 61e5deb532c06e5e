// What asynchronous functions need. Gets functions in Rust; returns functions for Rust.
class Call {
  #controller;
  // The signal is made when it is first asked for.
  get signal() {
    return (this.#controller ??= new AbortController()).signal;
  }
  static abort(call) {
    const controller = call.#controller;
    controller?.abort(new DOMException("The caller has cancelled the call.", "AbortError"));
    return controller !== undefined;
  }
}

return {
  newCall: () => new Call(),
  abort: Call.abort,
  // Nothing runs before the values around are passed.
  async settle(end, promise) {
    await undefined;
    let value;
    let isRejected = false;
    try {
      value = await promise;
    } catch (error) {
      value = error;
      isRejected = true;
    }
    natives.write(end, value, isRejected);
  },
};
