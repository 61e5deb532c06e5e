//! The exit code of a program.

/// The program has ended with an exit code, and every message has been printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the program ended with exit code {0}")]
pub struct Exit(pub u8);

impl Exit {
    /// The program failed.
    pub const FAILED: Exit = Exit(1);
    /// A top-level `await` never settles. Node.js uses the same code.
    pub const UNSETTLED: Exit = Exit(13);
}
