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
};
module.exports = {
  getOptionValue: (name) => values[name],
  getEmbedderOptions: () => ({}),
  getAllowUnauthorized: () => process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0',
  getOptionsAsFlagsFromBinding: () => [],
  refreshOptions() {},
  options: new Map(),
};
