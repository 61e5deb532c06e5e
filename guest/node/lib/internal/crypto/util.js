'use strict';
// What modules of TLS need of it.
module.exports = {
  toBuf: (value, encoding) => (typeof value === 'string' ? Buffer.from(value, encoding) : value),
};
