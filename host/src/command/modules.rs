//! Where the program's modules come from.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jsvm::{FolderModules, HostError, Import, Module, ModuleLoader};

use super::Usage;
use super::usage::reason;

/// Modules in a folder, and which of them were loaded.
#[derive(Clone)]
pub struct Modules {
    folder: FolderModules,
    root: PathBuf,
    /// Whether names are relative to the folder.
    relative: bool,
    loaded: Arc<Mutex<HashSet<String>>>,
}

impl Modules {
    /// Modules below a folder. Their names are their full paths, which is what terminals and
    /// editors make links of.
    pub fn new(folder: &Path) -> Result<Modules, Usage> {
        let cannot = |error: &std::io::Error| {
            Usage(format!(
                "cannot open {}: {}",
                folder.display(),
                reason(error)
            ))
        };
        Ok(Modules {
            folder: FolderModules::new(folder).map_err(|error| cannot(&error))?,
            root: folder.canonicalize().map_err(|error| cannot(&error))?,
            relative: false,
            loaded: Arc::default(),
        })
    }

    /// The same modules with names that are relative to the folder: for a VM that is frozen here
    /// and thawed where the folder may be another. What is frozen is then the same wherever it
    /// was.
    pub fn relative(self) -> Modules {
        Modules {
            relative: true,
            ..self
        }
    }

    /// The name of what is at a full path.
    pub fn name_of(&self, path: String) -> String {
        let name = |path: &Path| {
            let parts = path.strip_prefix(&self.root).ok()?.iter();
            let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
            Some(parts?.join("/"))
        };
        if !self.relative {
            return path;
        }
        match name(Path::new(&path)) {
            Some(name) if !name.is_empty() => name,
            _ => path,
        }
    }

    /// The text of a module that was loaded before.
    ///
    /// The name comes from the program, which can put anything into the stack of an error:
    /// nothing else is read.
    pub fn text_of(&self, name: &str) -> Option<String> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if !loaded.contains(name) {
            return None;
        }
        std::fs::read_to_string(self.root.join(name)).ok()
    }
}

impl ModuleLoader for Modules {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        let path = self.folder.resolve(import)?;
        Ok(self.name_of(path))
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        // A full path stays what it is.
        let path = self.root.join(name);
        let text = self.folder.load(&path.to_string_lossy())?;
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.insert(name.to_owned());
        Ok(text)
    }
}
