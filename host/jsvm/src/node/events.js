// The events of `process`: the methods of its emitter, which Node.js inherits from `EventEmitter`, and what
// listeners do with errors that no code catches. `onChange` is told which event has listeners now.
(process, { builtin, wrongType, onChange }) => {
  const listeners = new Map();
  const of = (name) => listeners.get(name) ?? [];
  const change = (name, entries) => {
    if (entries.length > 0) listeners.set(name, entries);
    else listeners.delete(name);
    onChange(name, entries.length > 0);
  };
  const add = (name, listener, isOnce, isFirst = false) => {
    if (typeof listener !== "function") throw wrongType("listener", "Function", listener);
    if (of("newListener").length > 0) process.emit("newListener", name, listener);
    const entry = { listener, raw: listener };
    if (isOnce) {
      entry.raw = function(...args) {
        remove(name, (other) => other === entry);
        return listener.apply(process, args);
      };
      entry.raw.listener = listener;
    }
    change(name, isFirst ? [entry, ...of(name)] : [...of(name), entry]);
    return process;
  };
  const remove = (name, matches) => {
    const index = of(name).findLastIndex(matches);
    if (index < 0) return;
    const { listener } = of(name)[index];
    change(name, of(name).toSpliced(index, 1));
    if (of("removeListener").length > 0) process.emit("removeListener", name, listener);
  };
  const off = (name, listener) => {
    remove(name, (entry) => entry.listener === listener || entry.raw === listener);
    return process;
  };
  const emitter = {
    on: (name, listener) => add(name, listener, false),
    addListener: (name, listener) => add(name, listener, false),
    once: (name, listener) => add(name, listener, true),
    prependListener: (name, listener) => add(name, listener, false, true),
    prependOnceListener: (name, listener) => add(name, listener, true, true),
    off,
    removeListener: off,
    removeAllListeners(name) {
      for (const each of name === undefined ? [...listeners.keys()] : [name]) change(each, []);
      return process;
    },
    listeners: (name) => of(name).map((entry) => entry.listener),
    rawListeners: (name) => of(name).map((entry) => entry.raw),
    listenerCount: (name, listener) =>
      of(name).filter((entry) => listener === undefined || entry.listener === listener || entry.raw === listener).length,
    eventNames: () => [...listeners.keys()],
    setMaxListeners: () => process,
    getMaxListeners: () => 10,
    emit(name, ...args) {
      const all = of(name);
      if (all.length === 0 && name === "error") throw unhandledError(args[0]);
      for (const { raw } of all) raw.apply(process, args);
      return all.length > 0;
    },
  };
  const unhandledError = (error) => {
    if (error instanceof Error) return error;
    const { ERR_UNHANDLED_ERROR } = builtin("internal/errors")?.codes ?? {};
    return ERR_UNHANDLED_ERROR ? new ERR_UNHANDLED_ERROR(error) : new Error(`Unhandled error. (${String(error)})`);
  };

  // The function that takes the errors before any listener, if the program has set one.
  let capture;
  const setCapture = (callback) => {
    if (callback === null) {
      capture = undefined;
      return;
    }
    if (typeof callback !== "function") throw wrongType("fn", ["Function", "null"], callback);
    if (capture !== undefined) {
      throw new (builtin("internal/errors").codes.ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET)();
    }
    capture = callback;
  };

  // Returns whether the program handles an error that no code caught. What a listener throws ends the program.
  const onException = (error, origin) => {
    try {
      if (capture !== undefined) {
        capture(error);
        return true;
      }
      process.emit("uncaughtExceptionMonitor", error, origin);
      return process.emit("uncaughtException", error, origin);
    } catch (thrown) {
      process.exitCode = 7;
      process.exiting = true;
      throw thrown;
    }
  };
  const asError = (reason) => {
    if (reason instanceof Error) return reason;
    const text = typeof reason === "symbol" || (typeof reason !== "object" && typeof reason !== "function") ? String(reason) : "#<Object>";
    const error = new Error(
      "This error originated either by throwing inside of an async function without a catch block, or by rejecting a " +
      `promise which was not handled with .catch(). The promise rejected with the reason "${text}".`,
    );
    const hidden = { __proto__: null, writable: true, enumerable: false, configurable: true };
    Object.defineProperty(error, "name", { ...hidden, value: "UnhandledPromiseRejection" });
    error.stack = `${error.name}: ${error.message}`;
    error.code = "ERR_UNHANDLED_REJECTION";
    return error;
  };
  const onRejection = (reason, promise) => {
    try {
      if (process.emit("unhandledRejection", reason, promise)) return true;
    } catch (thrown) {
      if (onException(thrown, "uncaughtException")) return true;
      throw thrown;
    }
    const isHeard = capture !== undefined || of("uncaughtException").length + of("uncaughtExceptionMonitor").length > 0;
    return isHeard && onException(asError(reason), "unhandledRejection");
  };
  const onHandled = (promise) => {
    if (process.emit("rejectionHandled", promise)) return;
    const warning = new Error("Promise rejection was handled asynchronously");
    warning.name = "PromiseRejectionHandledWarning";
    process.emitWarning(warning);
  };

  // Tells the program that it ends. `failure` is an exit code that the program cannot change before its listeners
  // are called, `otherwise` the one that it has unless it sets another. Returns the exit code.
  const onExit = (failure, otherwise) => {
    if (!process.exiting) {
      process.exiting = true;
      if (failure !== 0) process.exitCode = failure;
      else if (otherwise !== 0) process.exitCode ??= otherwise;
      const code = Number(process.exitCode ?? 0);
      process.emit("exit", code);
      process.exitCode ??= code;
    }
    return Number(process.exitCode ?? 0);
  };
  return {
    emitter,
    setCapture,
    hasCapture: () => capture !== undefined,
    told: { __proto__: null, exception: onException, rejection: onRejection, handled: onHandled, exit: onExit },
  };
}
