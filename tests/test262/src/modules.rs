//! The modules that a test imports: files beside it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use jsvm::{HostError, Import, Module, ModuleLoader};

/// Modules by their paths.
pub struct Files {
    /// The folder of the test.
    pub folder: PathBuf,
}

impl ModuleLoader for Files {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        // Code of `eval` has no path.
        let importer = Path::new(import.importer);
        let parent = importer.parent().filter(|_| importer.is_absolute());
        let folder = parent.unwrap_or(&self.folder);
        Ok(normal(&folder.join(import.specifier))
            .to_string_lossy()
            .into_owned())
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        let text = fs::read_to_string(name)
            .map_err(|error| HostError::type_error(format!("{name}: {error}")))?;
        Ok(match name.ends_with(".json") {
            true => Module::json(text),
            false => Module::es(text),
        })
    }
}

/// A path without `.` and `..`, so that a module has one name.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
