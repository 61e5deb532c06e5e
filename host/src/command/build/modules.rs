//! What the program imports when it is built, and what it may import later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jsvm::program::imported_later;
use jsvm::standalone::{MODULES, RESOLVED};
use jsvm::{Error, HostError, Import, ImportKind, Module, ModuleLoader, Vm};

use crate::command::builtin::WithBuiltins;

/// A loader that knows what it has loaded.
#[derive(Clone)]
pub struct Modules {
    inner: Arc<WithBuiltins>,
    loaded: Arc<Mutex<BTreeMap<String, Module>>>,
}

impl Modules {
    pub fn new(inner: WithBuiltins) -> Self {
        Modules {
            inner: Arc::new(inner),
            loaded: Arc::default(),
        }
    }

    /// How many modules there are.
    pub fn count(&self) -> usize {
        self.loaded().len()
    }

    /// Whether there is one of this name.
    pub fn has(&self, name: &str) -> bool {
        self.loaded().contains_key(name)
    }

    /// Puts into the VM what its modules may import when nobody loads modules any more.
    pub fn keep(&self, vm: &Vm) -> Result<(), Error> {
        let (resolved, modules) = (
            vm.eval("({ __proto__: null })")?,
            vm.eval("({ __proto__: null })")?,
        );
        // They answer as they do when the program imports.
        let load = vm.host_function("jsvm:load-module", 1)?;
        let mut seen = BTreeSet::new();
        let mut any = false;
        // Each may import others.
        loop {
            let next = {
                let loaded = self.loaded();
                let mut unseen = loaded.iter().filter(|(name, _)| !seen.contains(*name));
                unseen
                    .next()
                    .map(|(name, module)| (name.clone(), module.clone()))
            };
            let Some((importer, module)) = next else {
                break;
            };
            seen.insert(importer.clone());
            for (specifier, kind) in imported_later(&module) {
                // What cannot be found is told when it is imported, if it ever is.
                let import = Import::new(&specifier, &importer, kind);
                let Ok(name) = self.inner.resolve(&import) else {
                    continue;
                };
                let is_new = !self.loaded().contains_key(&name);
                let kept = !modules.get(&*name)?.is_undefined();
                if is_new && !kept {
                    match load.call((&*name,)) {
                        Ok(module) => modules.set(&*name, module)?,
                        Err(Error::Exception(_)) => continue,
                        Err(error) => return Err(error),
                    }
                }
                let kind = match kind {
                    ImportKind::Import => "import",
                    ImportKind::Require => "require",
                };
                resolved.set(&*format!("{kind}\n{importer}\n{specifier}"), name)?;
                any = true;
            }
        }
        if any {
            vm.set_root(RESOLVED, resolved)?;
            vm.set_root(MODULES, modules)?;
        }
        Ok(())
    }

    fn loaded(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Module>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ModuleLoader for Modules {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        self.inner.resolve(import)
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        let module = self.inner.load(name)?;
        self.loaded().insert(name.to_owned(), module.clone());
        Ok(module)
    }
}
