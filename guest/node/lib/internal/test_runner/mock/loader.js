'use strict';
// The loader of mocked modules. Modules cannot be mocked, because the VM keeps those that it has loaded.
module.exports = { hooks: {}, mocks: new Map(), constants: { __proto__: null } };
