//! Errors.

use std::path::PathBuf;

use jsvm_standalone::StandaloneError;

use crate::lock::LockError;

/// Why no component can be made for a world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// The WIT does not parse, or a package that it uses is missing. The message has file and line.
    #[error("{message}")]
    Wit {
        /// What the parser says.
        message: String,
    },
    /// The packages in `deps` are not those of `wkg.lock`.
    #[error(transparent)]
    Lock(Box<LockError>),
    /// The package has no such world, or several and none was named.
    #[error("{message}")]
    NoWorld {
        /// What there is.
        message: String,
    },
    /// The path is neither a file nor a folder with WIT.
    #[error("{}: there is no WIT", path.display())]
    NoWit {
        /// The path.
        path: PathBuf,
    },
    /// A function of the world needs a part of the component model that programs cannot use yet.
    #[error(
        "{place}: {function} {feature}, which components made of JavaScript do not support yet. Remove it from \
         the world"
    )]
    Unsupported {
        /// The file, line and column of the function.
        place: String,
        /// The name of the function in the world.
        function: String,
        /// What is not supported: `has a stream`, for example.
        feature: &'static str,
    },
    /// A type of the world takes more memory than a component has.
    #[error("the world has a type that is larger than a memory")]
    TooLarge,
    /// A server of WASI 0.2 or a command imports an asynchronous function, a future or a stream. Services and
    /// components for an asynchronous world can import these.
    #[error(
        "{name} is asynchronous, or has a future or a stream. Servers of WASI 0.2 and commands cannot wait for it. \
         Build a service by --kind service, or a component for a world with an asynchronous export"
    )]
    AsyncImport {
        /// The name of the import.
        name: String,
    },
    /// The imports of a server or a command contradict those that it has in any case: an interface of the same
    /// name has other types.
    #[error(
        "the imports of the program contradict those of the server or command: {reason}. Use the WIT of WASI \
         without changes"
    )]
    Contradictory {
        /// The reason.
        reason: String,
    },
    /// The program does not export what the world exports.
    #[error(
        "the program does not have the exports of the world:\n{}",
        listed(missing)
    )]
    Exports {
        /// The exports that are missing or of another kind.
        missing: Vec<MissingExport>,
    },
    /// The VM cannot be read or called.
    #[error(transparent)]
    Vm(#[from] jsvm::Error),
    /// The engine of the VM cannot be put into a component.
    #[error(transparent)]
    Standalone(#[from] StandaloneError),
    /// The parts do not fit together: a bug of this library.
    #[error("cannot make the component: {reason}")]
    Unfit {
        /// The reason.
        reason: String,
    },
}

/// An export of a world that the program lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
#[non_exhaustive]
pub struct MissingExport {
    /// The file, line and column of the function in WIT.
    pub place: String,
    /// The name of the function in the world, for example `acme:store/kv@1.2.0#get`.
    pub function: String,
    /// What is missing, and what to export.
    pub message: String,
}

impl WorldError {
    pub(crate) fn unfit(reason: impl std::fmt::Display) -> Self {
        WorldError::Unfit {
            reason: reason.to_string(),
        }
    }
}

impl From<LockError> for WorldError {
    fn from(error: LockError) -> Self {
        WorldError::Lock(Box::new(error))
    }
}

impl From<wasmparser::BinaryReaderError> for WorldError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        WorldError::unfit(error)
    }
}

impl From<jsvm_abi::TooLarge> for WorldError {
    fn from(_: jsvm_abi::TooLarge) -> Self {
        WorldError::TooLarge
    }
}

fn listed(missing: &[MissingExport]) -> String {
    let lines: Vec<String> = missing.iter().map(|it| format!("  {it}")).collect();
    lines.join("\n")
}
