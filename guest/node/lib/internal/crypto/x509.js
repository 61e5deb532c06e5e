'use strict';
// Certificates are read by the embedder; there is no class of them.
module.exports = {};
