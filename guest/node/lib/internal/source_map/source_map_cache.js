'use strict';
// Stacks are translated by the VM itself.
module.exports = { findSourceMap: () => undefined, getSourceLine: () => undefined, sourceMapCacheToObject: () => undefined,
                   getSourceMapsSupport: () => ({ enabled: true, nodeModules: true, generatedCode: false }), setSourceMapsSupport() {} };
