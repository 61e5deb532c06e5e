//! Bounds the memory and time of compiling a component, before it is compiled.
//!
//! The compiler has no limits of its own, and some code costs it far more than its size: a value
//! that many places of a function can reach is copied for each of them. So this module reads the
//! component without compiling it, estimates the memory from what makes compilers expensive, and
//! refuses what exceeds the limit. Time follows memory: all that is written takes time.
//!
//! * [`component`] adds up the parts of a component: its modules, how often they are instantiated.
//! * [`function`] estimates the cost of a function.

mod component;
mod function;
mod module;

use wasmparser::BinaryReaderError;

/// Limits of compiling a component, for [`Linker::compile_limits`](crate::Linker::compile_limits).
///
/// The memory is an estimate, made without compiling. For ordinary components it is a few times
/// what the compiler really takes.
///
/// ```
/// use jsvm_link::CompileLimits;
/// let limits = CompileLimits {
///     memory: 256 << 20,
///     ..CompileLimits::default()
/// };
/// let linker = jsvm_link::Linker::global()?.compile_limits(limits);
/// # let _ = linker;
/// # Ok::<(), jsvm_link::LinkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileLimits {
    /// The memory that compiling a component may take, in bytes and by estimate; 1 GiB by default.
    /// It limits the time as well, to some seconds for each GiB and processor.
    pub memory: u64,
    /// How many core instances, and functions between components, an instance of the component may
    /// consist of; 10,000 by default. A composed component can instantiate its parts many times.
    pub parts: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        CompileLimits {
            memory: 1 << 30,
            parts: 10_000,
        }
    }
}

/// The cost of a component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// The estimated memory of compiling it, in bytes.
    pub(crate) memory: u64,
    /// Its core instances, and the functions between its components.
    pub(crate) parts: u64,
    /// The memory that the host keeps for each instance of it, in bytes, without linear memories
    /// and tables.
    pub(crate) instance_bytes: u64,
    /// Whether it has asynchronous functions, streams or futures, which need another engine.
    pub(crate) is_concurrent: bool,
}

/// How many times the memory limit all functions together may write, one after the other.
const WORK: u64 = 4;

/// The size up to which the compiler makes an image of a memory with few data. Larger ones must be
/// half full.
pub(crate) const DENSE_IMAGE: u64 = 64 << 10;

/// Estimates the cost of a component. It is exact only up to the limits.
///
/// # Errors
/// If the binary is malformed.
pub(crate) fn estimate(bytes: &[u8], limits: &CompileLimits) -> Result<Cost, BinaryReaderError> {
    component::read(bytes, limits)
}

#[cfg(test)]
mod tests;
