'use strict';
// Modules are loaded by the VM. What Node.js's own modules import by its loader is imported by `import()`.
module.exports = {
  getOrInitializeCascadedLoader: () => ({ import: (specifier) => import(specifier) }),
};
