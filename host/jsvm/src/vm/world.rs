//! The WIT world of a VM's program.

use wasmtime::component::{ComponentType, Lift};

use super::Vm;
use crate::error::Error;
use crate::value::Value;

/// The description of a WIT world cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the VM cannot have the world: {reason}")]
#[non_exhaustive]
pub struct WorldDefinitionError {
    /// Why not.
    pub reason: String,
}

/// Why an export of a program does not fit its world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[non_exhaustive]
pub enum ExportMismatch {
    /// The program does not export the name.
    #[component(name = "missing")]
    Missing,
    /// The export is no object: an interface must be one.
    #[component(name = "no-object")]
    NoObject,
    /// The export is no function.
    #[component(name = "no-function")]
    NoFunction,
    /// The export is no class: a resource must be one.
    #[component(name = "no-class")]
    NoClass,
}

/// An export of a program that does not fit its world.
#[derive(Clone, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(record)]
#[non_exhaustive]
pub struct ExportProblem {
    /// The index of the export in the description.
    pub export: u32,
    /// Why it does not fit.
    pub mismatch: ExportMismatch,
    /// The name at fault: of the interface, the class or the function.
    pub name: String,
}

/// Programs for a WIT world. The crate `jsvm-world` makes components of them.
impl Vm {
    /// Gives the VM a WIT world: the imports of the world become modules that programs import. Their
    /// functions throw an `Error` until the VM is in a component. The description has the form of the
    /// crate `jsvm-abi`.
    ///
    /// # Errors
    /// [`Error::World`] if the description is damaged or the VM has a world;
    /// [`Error::MissingFunction`]; [`Error::Gone`].
    pub fn define_world(&self, description: &[u8]) -> Result<(), Error> {
        let defined = self
            .shared
            .enter(|e| e.exports.added.define_world(e.store, description))??;
        defined.map_err(|reason| WorldDefinitionError { reason }.into())
    }

    /// Finds the exports of the world in the namespace object of the program's module, and keeps them for
    /// calls by the component. Returns those that do not fit; then nothing is kept.
    ///
    /// # Errors
    /// What a getter of the program threw; an [`Error::Exception`] if the VM has no world;
    /// [`Error::MissingFunction`]; [`Error::Gone`].
    pub fn bind_world(&self, module: &Value) -> Result<Vec<ExportProblem>, Error> {
        let module = module.handle_of(&self.shared)?;
        let problems = self.shared.try_enter(|e| {
            let added = &e.exports.added;
            Ok(match added.bind_exports(e.store, module)? {
                Ok(problems) => problems.map(Ok),
                Err(missing) => Ok(Err(missing)),
            })
        })?;
        Ok(problems?)
    }
}
