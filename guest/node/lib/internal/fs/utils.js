'use strict';
const { codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } } = require('internal/errors');
const { toPathIfFileURL } = require('internal/url');
module.exports = {
  validatePath(path, name = 'path') {
    if (typeof path !== 'string' && !(path instanceof Uint8Array)) throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'URL'], path);
    if (path.includes('\0')) throw new ERR_INVALID_ARG_VALUE(name, path, 'must be a string, Uint8Array, or URL without null bytes');
  },
  toPathIfFileURL,
};
