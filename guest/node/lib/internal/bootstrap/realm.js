'use strict';
const builtins = require('internal/jsvm/builtins');
const all = builtins.data.modules;
module.exports = {
  BuiltinModule: {
    exists: (name) => all.includes(name) || name.startsWith('internal/'),
    canBeRequiredByUsers: (name) => all.includes(name),
    canBeRequiredByUsersWithoutScheme: (name) => all.includes(name) && !builtins.data.schemeOnly.includes(name),
    canBeRequiredWithoutScheme: (name) => all.includes(name) && !builtins.data.schemeOnly.includes(name),
    normalizeRequirableId(id) {
      const name = builtins.resolve(id);
      return name?.slice('node:'.length);
    },
    isBuiltin: builtins.isBuiltin,
    getSchemeOnlyModuleNames: () => builtins.data.schemeOnly,
    getCanBeRequiredByUsersWithoutSchemeList: () => all.filter((name) => !builtins.data.schemeOnly.includes(name)),
  },
  internalBinding,
};
