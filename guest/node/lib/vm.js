'use strict';
// A VM has one context.
const { validateString } = require('internal/validators');
const evaluate = eval;
function refuse(name) {
  const error = new Error(`vm.${name} cannot be used here: a VM has one context. Use vm.runInThisContext, or several VMs`);
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  return error;
}
const named = (code, options) => {
  const file = typeof options === 'string' ? options : options?.filename;
  return file === undefined ? code : `${code}\n//# sourceURL=${file}`;
};
class Script {
  #code;
  constructor(code, options) {
    this.#code = named(`${code}`, options);
    // What does not parse throws here.
    if (!/^\s*$/.test(this.#code)) new Function(`return;{${this.#code}\n}`);
  }
  runInThisContext() { return evaluate(this.#code); }
  runInContext() { throw refuse('Script.runInContext'); }
  runInNewContext() { throw refuse('Script.runInNewContext'); }
  createCachedData() { return require('buffer').Buffer.alloc(0); }
}
module.exports = {
  Script,
  createContext() { throw refuse('createContext'); },
  runInContext() { throw refuse('runInContext'); },
  runInNewContext() { throw refuse('runInNewContext'); },
  runInThisContext(code, options) {
    validateString(code, 'code');
    return evaluate(named(code, options));
  },
  isContext: () => false,
  compileFunction: (code, params = []) => new Function(...params, code),
  measureMemory() { throw refuse('measureMemory'); },
  constants: { __proto__: null, USE_MAIN_CONTEXT_DEFAULT_LOADER: Symbol('vm_dynamic_import_main_context_default'), DONT_CONTEXTIFY: Symbol('vm_context_no_contextify') },
  Module: class Module { constructor() { throw refuse('Module'); } },
  SourceTextModule: class SourceTextModule { constructor() { throw refuse('SourceTextModule'); } },
  SyntheticModule: class SyntheticModule { constructor() { throw refuse('SyntheticModule'); } },
};
