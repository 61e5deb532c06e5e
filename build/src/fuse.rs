//! Fuses the core modules of a built file, but for that of the VM, to one module that shares the memory
//! of the VM.
//!
//! The modules are those of `components/`, which `components/link.rs` links to fixed places of one memory.
//! Fusing does for them what a composition of components would do, without a memory for each:
//!
//! * A function that one module imports and another exports is called. The canonical ABI says that lists
//!   belong to the receiver, so `copies` generates code that copies them, each with one instruction.
//! * A handle of a value of the VM is its representation. No table stands between.
//! * All modules have one stack, one table, and the allocator of the VM.
//!
//! | the fused module | from or to |
//! |---|---|
//! | imports [`VM`] | memory, allocator, and functions of the VM's module |
//! | imports WASI | the host |
//! | exports `[vm]INTERFACE#FUNCTION` | what the VM's module imports |
//! | exports the functions of the first module | the host |

mod copies;
mod encode;
mod link;
mod part;
mod payload;
#[cfg(test)]
mod tests;
mod types;

use wasmparser::BinaryReaderError;

pub use self::encode::fuse;
pub use self::link::Imports;
pub use self::part::{CoreType, Source, VmModule};

/// The module of which the fused module imports what the VM's module exports. `wit-component` knows the
/// name, and that of the memory.
pub const VM: &str = "__main_module__";
const MEMORY: (&str, &str) = ("env", "memory");

/// What the modules import their allocator from: see `components/heap`.
const HEAP: &str = "jsvm:heap";

/// The functions of the VM that are its allocator: see `guest/src/shared_heap.rs`.
pub const HEAP_EXPORTS: [&str; 3] = [ALLOC, "jsvm_shared_dealloc", "jsvm_shared_realloc"];
const ALLOC: &str = "jsvm_shared_alloc";

/// What names of imports begin with that are intrinsics for exported resources.
const EXPORTED: &str = "[export]";

/// Where the places of modules end: see `components/link.rs`.
const PLACES_END: u64 = 96 << 10;
const TABLE_END: u64 = 256;

/// Why modules cannot be fused.
#[derive(Debug, thiserror::Error)]
pub enum FuseError {
    /// A module cannot be read.
    #[error("cannot read a module of components/: {0}")]
    Read(#[from] BinaryReaderError),
    /// A module has something that cannot be written again.
    #[error("cannot rewrite a module of components/: {0}")]
    Reencode(#[from] wasm_encoder::reencode::Error),
    /// They do not fit each other.
    #[error("the modules of components/ and the VM do not fit: {0}")]
    Unfit(String),
}

impl FuseError {
    fn unfit(reason: impl Into<String>) -> Self {
        FuseError::Unfit(reason.into())
    }
}

/// The name by which a fused module exports what the VM's module imports.
pub fn export_for_vm(module: &str, name: &str) -> String {
    format!("[vm]{module}#{name}")
}
