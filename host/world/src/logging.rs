//! The console by `wasi:logging`.

use crate::{WorldError, WorldSource};

/// The interface, and a world that imports it.
const WIT: &str = include_str!("logging.wit");

impl WorldSource {
    /// Makes a world that has only `wasi:logging`, to which the console writes.
    ///
    /// ```
    /// let mut world = jsvm_world::WorldSource::with_logging()?;
    /// assert!(world.add_logging()?.is_empty());
    /// # Ok::<(), jsvm_world::WorldError>(())
    /// ```
    ///
    /// # Errors
    /// None that a caller can cause.
    pub fn with_logging() -> Result<WorldSource, WorldError> {
        WorldSource::of_text("logging", WIT)
    }

    /// Adds `wasi:logging`, to which the console writes, unless the world has it. Returns the names of what was added.
    ///
    /// # Errors
    /// [`WorldError::Wit`] if the world has a package of the same name with other types.
    pub fn add_logging(&mut self) -> Result<Vec<String>, WorldError> {
        match self.system().log {
            Some(_) => Ok(Vec::new()),
            None => self.add_world("logging", WIT),
        }
    }
}
