//! The environment variables of a host, by `wasi:cli/environment`.

use jsvm::{Value, Vm};

use crate::scripts::evaluated;
use crate::{WorldError, WorldSource};

/// The interface, and a world that imports it.
const WIT: &str = include_str!("environment.wit");

const ENVIRONMENT: &str = "wasi:cli/environment";

impl WorldSource {
    /// Adds `wasi:cli/environment` of WASI 0.2, unless the world has it. Returns the names of what was added.
    ///
    /// # Errors
    /// [`WorldError::Wit`] if the world has a package of the same name with other types.
    pub fn add_environment(&mut self) -> Result<Vec<String>, WorldError> {
        match self.environment_module() {
            Some(_) => Ok(Vec::new()),
            None => self.add_world("environment", WIT),
        }
    }

    /// Whether a module, by its specifiers, is the one of environment variables.
    pub fn is_for_environment(&self, names: &[String]) -> bool {
        let module = self.environment_module();
        module.is_some_and(|module| names.contains(&module))
    }

    /// Makes the function in JavaScript that returns names and values of environment variables, in a VM that has
    /// the [world](Self::define). Returns `None` if the world lacks the interface.
    ///
    /// # Errors
    /// [`WorldError::Vm`].
    pub fn environment_function(&self, vm: &Vm) -> Result<Option<Value>, WorldError> {
        let Some(module) = self.environment_module() else {
            return Ok(None);
        };
        let script = format!("export {{ getEnvironment }} from {module:?};");
        evaluated(vm, "jsvm:environment", &script, "getEnvironment").map(Some)
    }

    fn environment_module(&self) -> Option<String> {
        let [module, _] = self.modules_of("0.2.", [ENVIRONMENT, ENVIRONMENT])?;
        Some(module)
    }
}
