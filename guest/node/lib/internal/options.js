'use strict';
// The options of Node.js's command line, of which a program here has none.
const values = {
  '--pending-deprecation': false,
  '--async-context-frame': true,
  '--stack-trace-limit': 10,
  '--experimental-eventsource': false,
  '--experimental-require-module': true,
  '--unhandled-rejections': 'throw',
  '--warnings': true,
  '--no-deprecation': false,
};
module.exports = {
  getOptionValue: (name) => values[name],
  getEmbedderOptions: () => ({}),
  getAllowUnauthorized: () => false,
  getOptionsAsFlagsFromBinding: () => [],
  refreshOptions() {},
  options: new Map(),
};
