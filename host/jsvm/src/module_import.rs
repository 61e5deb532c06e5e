//! Imports that the embedder answers ahead of time or later.

use std::collections::BTreeMap;

use ::serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift};

use crate::data::Data;
use crate::module::Module;

/// A module that another module imports, from [`Vm::module_imports`](crate::Vm::module_imports).
#[derive(Clone, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(record)]
#[non_exhaustive]
pub struct ModuleImport {
    /// The specifier, as the source has it.
    pub specifier: String,
    /// The import attributes: pairs of a key and a value.
    pub attributes: Vec<(String, String)>,
}

/// The argument of a request that a call of `import()` makes; see
/// [`VmBuilder::import_requests`](crate::VmBuilder::import_requests).
///
/// ```
/// use jsvm::{ImportRequest, PromiseState};
/// let vm = jsvm::Engine::global()?.vm().import_requests().build()?;
/// vm.eval("import('./a.js')")?;
/// vm.run_jobs()?;
/// let requests = vm.take_requests()?;
/// assert_eq!(requests[0].name, ImportRequest::NAME);
/// let (import,): (ImportRequest,) = requests[0].args.to()?;
/// assert_eq!(import.specifier, "./a.js");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ImportRequest {
    /// The specifier.
    pub specifier: String,
    /// The full name of the importing module, or the file name of the script.
    pub importer: String,
    /// The import attributes.
    pub attributes: BTreeMap<String, String>,
}

impl ImportRequest {
    /// The name of the requests: `jsvm:import`.
    pub const NAME: &str = jsvm_protocol::import::IMPORT;
}

/// The answer to an [`ImportRequest`]: a module, with the modules that it imports.
///
/// ```
/// use jsvm::{HostError, ImportAnswer, Module, ModuleKind};
/// let vm = jsvm::Engine::global()?.vm().import_requests().build()?;
/// let promise = vm.eval("import('app').then(app => app.default)")?;
/// vm.run_jobs()?;
/// let request = &vm.take_requests()?[0];
/// let answer = ImportAnswer::new("/app.js")
///     .module("/app.js", Module::es("export { name as default } from './name.js'"))
///     .module("/name.js", Module::es("export const name = 'Ada'"))
///     .resolved("./name.js", "/app.js", "/name.js");
/// vm.settle(request.id, Ok::<_, HostError>(answer))?;
/// vm.run_jobs()?;
/// assert_eq!(promise.promise_value()?.to::<String>()?, "Ada");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct ImportAnswer {
    name: String,
    modules: BTreeMap<String, Data>,
    resolved: BTreeMap<String, String>,
}

impl ImportAnswer {
    /// Creates an answer with the full name of the imported module. Without
    /// [`module`](Self::module), the VM loads it by the
    /// [loader](crate::VmBuilder::modules).
    pub fn new(name: impl Into<String>) -> Self {
        ImportAnswer {
            name: name.into(),
            modules: BTreeMap::new(),
            resolved: BTreeMap::new(),
        }
    }

    /// Adds a module by its full name. A module that the VM has by this name already stays.
    #[must_use]
    pub fn module(mut self, name: impl Into<String>, module: Module) -> Self {
        self.modules.insert(name.into(), module.into_data());
        self
    }

    /// Sets which full name a specifier of an `import` in a module means. The
    /// [loader](crate::VmBuilder::modules) resolves the other specifiers.
    #[must_use]
    pub fn resolved(mut self, specifier: &str, importer: &str, name: impl Into<String>) -> Self {
        let key = jsvm_protocol::standalone::ResolvedKey {
            specifier,
            importer,
            is_require: false,
        };
        self.resolved.insert(key.to_string(), name.into());
        self
    }
}
