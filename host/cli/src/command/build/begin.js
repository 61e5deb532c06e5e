// What a program that is built finds around it, and what becomes of that when the file runs.
// `host` answers while it is built; of its operations only `write`, `readInput` and `exit` are left then. `given`
// are environment variables that the program has unless its host has them.
(host, given) => {
  let environment, getEnvironment, hasBegun = false, exitCode = 0, process;
  const variables = () => {
    if (environment === undefined && getEnvironment !== undefined) {
      environment = { __proto__: null, ...given };
      const pairs = getEnvironment();
      for (let index = 0; index < pairs.length; index++) environment[pairs[index][0]] = pairs[index][1];
    }
    return environment;
  };
  const operations = {
    __proto__: null,
    env: (name) => (hasBegun ? variables()[name] : host("env", name, new Error().stack)),
    envNames: () => (hasBegun ? Object.keys(variables()) : host("envNames")),
    exitCode: (code) => { exitCode = code; },
    isTerminal: () => false,
    cwd: () => "/",
    platform: () => "wasi",
    version: () => host("version"),
  };
  const define = (target, name, value) =>
    Object.defineProperty(target, name, { __proto__: null, value, writable: true, enumerable: target === process, configurable: true });
  const known = (target, name) =>
    Object.defineProperty(target, name, {
      __proto__: null,
      get: () => (host("argv", name, new Error().stack), []),
      set: (value) => define(target, name, value),
      enumerable: target === process,
      configurable: true,
    });
  // What `process` calls.
  const call = (name, ...args) => (name in operations ? operations[name](...args) : host(name, ...args));
  call.created = (created) => {
    process = created;
    if (!hasBegun) known(process, "argv");
  };
  return {
    call,
    // `env` is an object, or a function that returns the names and values when they are first read.
    begin(env, args) {
      hasBegun = true;
      if (typeof env === "function") getEnvironment = env;
      // Whoever copies it finds what is true.
      else environment = { __proto__: null, ...given, ...env };
      if (process && Object.getOwnPropertyDescriptor(process, "argv").get) define(process, "argv", ["jsvm", ...args]);
      globalThis.scriptArgs = args;
      return { ...environment };
    },
    exitCode: () => process?.[Symbol.for("jsvm.told")].exit(0, 0) ?? exitCode,
  };
}
