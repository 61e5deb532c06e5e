//! Errors of making components.

use jsvm::{EngineId, Error};
use wasmparser::BinaryReaderError;

/// The error of a component that cannot be made.
///
/// ```
/// use jsvm_standalone::{ComponentKind, StandaloneError, component};
/// let vm = jsvm::Engine::global()?.vm().request("read").build()?;
/// vm.eval("read()")?;
/// let error = component(&vm, ComponentKind::Command).unwrap_err();
/// assert!(matches!(error, StandaloneError::Waiting { name } if name == "read"));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StandaloneError {
    /// The VM cannot be read.
    #[error(transparent)]
    Vm(#[from] Error),
    /// The VM has unsettled requests, which would be lost.
    #[error("the VM waits for the request {name}, which only a running component can make")]
    Waiting {
        /// The name of the first request.
        name: String,
    },
    /// The VM is of an engine that is not in this program.
    #[error(
        "the VM is of engine {engine}, and files can be made of VMs of the engines in this program only"
    )]
    OtherEngine {
        /// The engine of the VM.
        engine: EngineId,
    },
    /// The engine lacks a function that the component needs.
    #[error(
        "the engine of the VM has no function {name}: it is older than this program. Use a newer engine"
    )]
    OldEngine {
        /// The name of the function.
        name: String,
    },
    /// A name in [`Inclusion`](crate::Inclusion) is not one of the engine.
    #[error("the engine has no {name} that can be included or left out")]
    UnknownName {
        /// The name.
        name: String,
    },
    /// A template or the VM does not have the expected form: a bug of this library.
    #[error("cannot make the component: {reason}")]
    Unfit {
        /// The reason.
        reason: String,
    },
}

impl From<BinaryReaderError> for StandaloneError {
    fn from(error: BinaryReaderError) -> Self {
        StandaloneError::Unfit {
            reason: error.to_string(),
        }
    }
}
