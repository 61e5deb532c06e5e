'use strict';
module.exports = { getRequireStack: () => [], urlToFilename: (url) => url, enableCompileCache: () => ({ status: 3 }),
                   getCompileCacheDir: () => undefined, flushCompileCache() {}, getBuiltinModule: (id) => process.getBuiltinModule(id) };
