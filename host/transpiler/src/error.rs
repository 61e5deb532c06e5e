//! Errors of the sandbox.

use crate::limits::{MEMORY, TIME};

/// The reason why the sandbox did not answer.
///
/// ```
/// let deep = "(".repeat(1_000_000);
/// let error = jsvm_transpiler::analyse(&deep, None).unwrap_err();
/// assert!(matches!(error, jsvm_transpiler::TranspilerError::Depth));
/// assert_eq!(error.to_string(), "nested too deeply");
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TranspilerError {
    /// The source is nested too deeply for the stack of the sandbox.
    #[error("nested too deeply")]
    Depth,

    /// The source takes more time than the sandbox has.
    #[error("parsing it takes more than {} s of CPU time", TIME.as_secs())]
    Time,

    /// The source takes more memory than the sandbox has.
    #[error("parsing it takes more than {} MiB of memory", MEMORY >> 20)]
    Memory,

    /// The sandbox cannot be created or failed, which is a bug or a lack of resources of the
    /// process.
    #[error("the sandbox of the parser failed: {reason}")]
    Sandbox {
        /// The error of wasmtime or of the system.
        reason: String,
    },
}

impl TranspilerError {
    /// Whether the same source will fail the same way.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, TranspilerError::Sandbox { .. })
    }
}
