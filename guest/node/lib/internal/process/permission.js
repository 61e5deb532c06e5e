'use strict';
// The embedder checks what a program may do.
module.exports = { isEnabled: () => false, has: () => true, drop() {}, availableFlags: () => [] };
