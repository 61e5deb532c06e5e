//! The files that a host mounts, for `node:fs`, by `wasi:filesystem`.

use jsvm::{Value, Vm};

use crate::scripts::evaluated;
use crate::{WorldError, WorldSource};

/// The interfaces that reading files needs, and a world that imports them.
const WIT: &str = include_str!("files.wit");

/// Reads files.
const SCRIPT: &str = include_str!("files.js");

const PREOPENS: &str = "wasi:filesystem/preopens";
const TYPES: &str = "wasi:filesystem/types";

impl WorldSource {
    /// Makes a world that has only the interfaces of WASI 0.2 for reading mounted files.
    ///
    /// ```
    /// let world = jsvm_world::WorldSource::with_files()?;
    /// assert!(world.can_read_files());
    /// # Ok::<(), jsvm_world::WorldError>(())
    /// ```
    ///
    /// # Errors
    /// None that a caller can cause.
    pub fn with_files() -> Result<WorldSource, WorldError> {
        WorldSource::of_text("files", WIT)
    }

    /// Whether the world has the interfaces of WASI 0.2 for reading mounted files.
    pub fn can_read_files(&self) -> bool {
        self.file_modules().is_some()
    }

    /// Adds the interfaces of WASI 0.2 for reading mounted files, unless the world has them. Returns their names.
    ///
    /// # Errors
    /// [`WorldError::Wit`] if the world has a package of the same name with other types.
    pub fn add_files(&mut self) -> Result<Vec<String>, WorldError> {
        match self.can_read_files() {
            true => Ok(Vec::new()),
            false => self.add_world("files", WIT),
        }
    }

    /// Whether a module, by its specifiers, is one of those that reading files needs.
    pub fn is_for_files(&self, names: &[String]) -> bool {
        let modules = self.file_modules();
        modules.is_some_and(|modules| modules.iter().any(|module| names.contains(module)))
    }

    /// Returns the script that [`file_functions`](Self::file_functions) evaluates, whose identifiers a file needs.
    pub fn file_script() -> &'static str {
        SCRIPT
    }

    /// Makes the functions in JavaScript that read mounted files, in a VM that has the [world](Self::define): those
    /// that `node:fs` of this project is made of. Returns `None` if the world lacks the interfaces.
    ///
    /// # Errors
    /// [`WorldError::Vm`].
    pub fn file_functions(&self, vm: &Vm) -> Result<Option<Value>, WorldError> {
        let Some([preopens, _]) = self.file_modules() else {
            return Ok(None);
        };
        let script = SCRIPT.replace("{PREOPENS}", &preopens);
        evaluated(vm, "jsvm:files", &script, "files").map(Some)
    }

    fn file_modules(&self) -> Option<[String; 2]> {
        self.modules_of("0.2.", [PREOPENS, TYPES])
    }
}
