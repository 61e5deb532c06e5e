//! Modules that a program imports during the build, and those it can import later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jsvm::{Error, HostError, Import, ImportKind, Module, ModuleLoader, Vm};
use jsvm_node::imported_later;
use jsvm_standalone::{MODULES, RESOLVED};
use jsvm_world::InterfaceVersions;

use super::code::Code;
use super::fetch::{add_identifiers, occurs_in};
use crate::command::builtin::WithBuiltins;
use crate::command::output;

/// A module loader that records the modules it has loaded.
#[derive(Clone)]
pub struct Modules {
    inner: Arc<WithBuiltins>,
    loaded: Arc<Mutex<BTreeMap<String, LoadedModule>>>,
    /// The interfaces of the world, whose modules the VM has by itself.
    interfaces: Arc<InterfaceVersions>,
    /// Those that were imported by another version.
    substituted: Arc<Mutex<BTreeSet<String>>>,
}

struct LoadedModule {
    module: Module,
    /// Its text and comments, once they were needed.
    code: OnceLock<Code>,
}

impl LoadedModule {
    fn new(module: Module) -> Self {
        LoadedModule {
            module,
            code: OnceLock::new(),
        }
    }

    fn code(&self) -> &Code {
        let module = &self.module;
        let code = || Code::new(module.text(), module.kind());
        self.code.get_or_init(code)
    }
}

impl Modules {
    pub fn new(inner: WithBuiltins, interfaces: InterfaceVersions) -> Self {
        Modules {
            inner: Arc::new(inner),
            loaded: Arc::default(),
            interfaces: Arc::new(interfaces),
            substituted: Arc::default(),
        }
    }

    /// The number of modules that were loaded.
    pub fn count(&self) -> usize {
        self.loaded().len()
    }

    /// Whether a module of this name was loaded.
    pub fn has(&self, name: &str) -> bool {
        self.loaded().contains_key(name)
    }

    /// Whether a text occurs in the code of a module that was loaded, or names an interface that a module imports by
    /// another version.
    pub fn mention(&self, text: &str) -> bool {
        let loaded = self.loaded();
        loaded
            .values()
            .any(|module| module.code().text.contains(text))
            || self.substituted().contains(text)
    }

    /// Whether the identifier `fetch` occurs in a module that was loaded or is kept for later.
    pub fn fetch(&self) -> bool {
        self.loaded()
            .iter()
            // The modules of jsvm itself do not fetch.
            .any(|(name, module)| {
                !name.starts_with("node:")
                    && !name.starts_with("jsvm:")
                    && occurs_in(&module.code().text)
            })
    }

    /// Adds the identifiers in the modules that were loaded or are kept for later.
    pub fn add_identifiers(&self, found: &mut BTreeSet<String>) {
        for module in self.loaded().values() {
            add_identifiers(&module.code().text, found);
        }
    }

    /// Adds the comments of these modules.
    pub fn add_comments(&self, found: &mut BTreeSet<String>) {
        for module in self.loaded().values() {
            module.code().add_comments(found);
        }
    }

    /// Stores in the VM the modules that its modules can import once there is no loader.
    /// Returns the names of those of Node.js, which it does not store.
    pub fn keep(&self, vm: &Vm) -> Result<Vec<String>, Error> {
        let mut of_node = Vec::new();
        let (resolved, modules) = (
            vm.eval("({ __proto__: null })")?,
            vm.eval("({ __proto__: null })")?,
        );
        let mut seen = BTreeSet::new();
        let mut any = false;
        // Each module may import others.
        loop {
            let next = {
                let loaded = self.loaded();
                let mut unseen = loaded.iter().filter(|(name, _)| !seen.contains(*name));
                unseen
                    .next()
                    .map(|(name, loaded)| (name.clone(), loaded.module.clone()))
            };
            let Some((importer, module)) = next else {
                break;
            };
            seen.insert(importer.clone());
            for (specifier, kind) in imported_later(&module) {
                // A missing module is an error only when it is imported, if it ever is.
                let import = Import::new(&specifier, &importer, kind);
                let Ok(name) = self.resolve(&import) else {
                    note_missing(&import);
                    continue;
                };
                if name.starts_with("node:") {
                    of_node.push(name);
                    continue;
                }
                let is_new = !self.loaded().contains_key(&name) && !self.is_interface(&name);
                let kept = !modules.get(&*name)?.is_undefined();
                if is_new && !kept {
                    // A module that cannot be loaded is an error only when it is imported, too.
                    match self.load(&name) {
                        Ok(module) => modules.set(&*name, module.into_data())?,
                        Err(_) => continue,
                    }
                }
                let kind = match kind {
                    ImportKind::Require => "require",
                    _ => "import",
                };
                resolved.set(&*format!("{kind}\n{importer}\n{specifier}"), name)?;
                any = true;
            }
        }
        if any {
            vm.roots().set(RESOLVED, resolved)?;
            vm.roots().set(MODULES, modules)?;
        }
        Ok(of_node)
    }

    fn loaded(&self) -> MutexGuard<'_, BTreeMap<String, LoadedModule>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn substituted(&self) -> MutexGuard<'_, BTreeSet<String>> {
        let substituted = self.substituted.lock();
        substituted.unwrap_or_else(PoisonError::into_inner)
    }

    fn is_interface(&self, name: &str) -> bool {
        self.interfaces.compatible(name) == Some(name)
    }
}

/// Says that a module of the program imports a module that is missing. Packages try imports of what is optional.
fn note_missing(import: &Import<'_>) {
    if import.importer.contains("node_modules/") {
        return;
    }
    let call = match import.kind {
        ImportKind::Require => "require",
        _ => "import",
    };
    output::print_error(&format!(
        "jsvm: note: cannot find {call}({:?}) in {}. The component throws an error when it gets there",
        import.specifier, import.importer
    ));
}

impl ModuleLoader for Modules {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        // The VM finds the versions that the world has.
        if let Some(name) = self.interfaces.compatible(import.specifier) {
            self.substituted().insert(name.to_owned());
            return Ok(name.to_owned());
        }
        self.inner.resolve(import)
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        let module = self.inner.load(name)?;
        if !self.interfaces.is_empty() {
            // What is imported later is used as well.
            for (specifier, _) in imported_later(&module) {
                let found = self.interfaces.compatible(&specifier);
                self.substituted().extend(found.map(str::to_owned));
            }
        }
        let loaded = LoadedModule::new(module.clone());
        self.loaded().insert(name.to_owned(), loaded);
        Ok(module)
    }
}
