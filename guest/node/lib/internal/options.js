'use strict';
// The options of Node.js's command line. Those of the test runner come from the embedder (`jsvm test`).
const { host } = require('internal/jsvm/builtins');
const values = {
  __proto__: null,
  '--pending-deprecation': false,
  '--async-context-frame': true,
  '--stack-trace-limit': 10,
  '--experimental-eventsource': false,
  '--experimental-require-module': true,
  '--unhandled-rejections': 'throw',
  '--warnings': true,
  '--no-deprecation': false,
  '--network-family-autoselection': true,
  '--network-family-autoselection-attempt-timeout': 250,
  '--insecure-http-parser': false,
  '--max-http-header-size': 16 * 1024,
  '--use-env-proxy': false,
  '--dns-result-order': '',
  '--tls-cipher-list': 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:' +
    'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384',
  '--trace-tls': false,
  '--tls-keylog': '',
  '--test': false,
};
const lists = ['--test-reporter', '--test-reporter-destination', '--test-name-pattern', '--test-skip-pattern'];
let ofTests;
function optionOfTests(name) {
  if (ofTests === undefined) {
    try {
      ofTests = host('testOptions') ?? {};
    } catch {
      // An embedder without a test runner.
      ofTests = {};
    }
  }
  return ofTests[name] ?? (lists.includes(name) ? [] : undefined);
}
module.exports = {
  getOptionValue: (name) => (name in values || !name.startsWith('--test') ? values[name] : optionOfTests(name)),
  getEmbedderOptions: () => ({}),
  getAllowUnauthorized: () => process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0',
  getOptionsAsFlagsFromBinding: () => [],
  refreshOptions() {},
  options: new Map(),
};
