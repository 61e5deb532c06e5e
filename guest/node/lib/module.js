'use strict';
const builtins = require('internal/jsvm/builtins');
const { ERR_INVALID_ARG_VALUE } = require('internal/errors').codes;
const { createRequire: create } = builtins.tools;
const path = require('path');
const { fileURLToPath, isURL } = require('internal/url');

function createRequire(filename) {
  let file;
  if (isURL(filename) || (typeof filename === 'string' && filename.startsWith('file:'))) {
    try {
      file = fileURLToPath(filename);
    } catch {
      // Not a file.
    }
  } else if (typeof filename === 'string' && path.isAbsolute(filename)) {
    file = filename;
  }
  if (file === undefined) {
    throw new ERR_INVALID_ARG_VALUE('filename', filename, 'must be a file URL object, file URL string, or absolute path string');
  }
  return create(file.endsWith('/') ? `${file}noop.js` : file);
}

function refuse(name, why) {
  return function() {
    const error = new Error(`module.${name} cannot be used here: ${why}`);
    error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
    throw error;
  };
}
class Module {
  constructor(id = '', parent = undefined) {
    this.id = id;
    this.path = path.dirname(id);
    this.exports = {};
    this.filename = null;
    this.loaded = false;
    this.children = [];
    this.paths = Module._nodeModulePaths(this.path);
    if (parent) this.parent = parent;
  }
  require(id) { return createRequire(this.filename ?? path.resolve(this.id || 'noop.js'))(id); }
}
Module._nodeModulePaths = (from) => {
  const found = [];
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (path.basename(folder) !== 'node_modules') found.push(path.join(folder, 'node_modules'));
    if (folder === '/') return found;
  }
};
Object.assign(Module, {
  Module,
  createRequire,
  builtinModules: builtins.data.modules.map((name) => (builtins.data.schemeOnly.includes(name) ? `node:${name}` : name)),
  isBuiltin: builtins.isBuiltin,
  syncBuiltinESMExports() {},
  findSourceMap: () => undefined,
  SourceMap: class SourceMap {},
  constants: { compileCacheStatus: { __proto__: null, FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 } },
  enableCompileCache: () => ({ status: 3 }),
  getCompileCacheDir: () => undefined,
  flushCompileCache() {},
  globalPaths: [],
  wrap: (script) => Module.wrapper[0] + script + Module.wrapper[1],
  wrapper: ['(function (exports, require, module, __filename, __dirname) { ', '\n});'],
  _cache: { __proto__: null },
  _extensions: { '__proto__': null, '.js': undefined, '.json': undefined, '.node': undefined },
  _resolveFilename: (request, parent) => createRequire(parent?.filename ?? path.resolve('noop.js')).resolve(request),
  _load: (request, parent) => createRequire(parent?.filename ?? path.resolve('noop.js'))(request),
  register: refuse('register', 'modules are resolved by the embedder'),
  registerHooks: refuse('registerHooks', 'modules are resolved by the embedder'),
  stripTypeScriptTypes: refuse('stripTypeScriptTypes', 'import the TypeScript file instead'),
  runMain() {},
});
module.exports = Module;
