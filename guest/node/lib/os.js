'use strict';
// What a VM says of its machine: nothing that would differ between two that run the same program.
const constants = internalBinding('constants').os;
const { ERR_OUT_OF_RANGE } = require('internal/errors').codes;
const text = (value) => Object.assign(() => value, { [Symbol.toPrimitive]: () => value });
const home = () => process.env.HOME ?? '/';

module.exports = {
  constants: Object.freeze({ ...constants, signals: Object.freeze({ ...constants.signals }) }),
  arch: text('wasm32'),
  availableParallelism: text(1),
  cpus: () => [{ model: 'WebAssembly', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }],
  endianness: text('LE'),
  freemem: text(0),
  getPriority: () => 0,
  homedir: Object.assign(home, { [Symbol.toPrimitive]: home }),
  hostname: text('localhost'),
  loadavg: () => [0, 0, 0],
  machine: text('wasm32'),
  networkInterfaces: () => ({}),
  platform: () => process.platform,
  release: text('0.0.0'),
  setPriority(pid, priority = pid) {
    if (priority < -20 || priority > 19) throw new ERR_OUT_OF_RANGE('priority', '>= -20 && <= 19', priority);
  },
  tmpdir: () => (process.env.TMPDIR ?? '/tmp').replace(/(?<=.)\/$/, ''),
  totalmem: text(0),
  type: text('Linux'),
  uptime: () => performance.now() / 1000,
  userInfo: () => ({ uid: -1, gid: -1, username: process.env.USER ?? 'user', homedir: home(), shell: null }),
  version: text('jsvm'),
};

for (const { 0: name, 1: value } of [['EOL', '\n'], ['devNull', '/dev/null']]) {
  Object.defineProperty(module.exports, name, { __proto__: null, value, enumerable: true, configurable: true });
}
