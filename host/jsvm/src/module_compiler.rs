//! Native code for the WebAssembly modules of scripts, which another crate makes.

use std::ops::Range;

/// Runs the WebAssembly modules that scripts load, as native code: `jsvm-modules` is one. Without it, the VM
/// interprets them.
///
/// It makes a runner for each VM; see [`VmBuilder::module_compiler`](crate::VmBuilder::module_compiler).
pub trait ModuleCompiler: Send + Sync {
    /// Makes what one VM has of it, when the VM first calls a module.
    fn runner(&self) -> Box<dyn ModuleRunner>;
}

/// The native code of the modules of one VM. It is dropped with the VM, and is not part of snapshots.
pub trait ModuleRunner: Send {
    /// Answers a message of the VM, as `jsvm_protocol::webassembly` has them.
    ///
    /// The VM waits meanwhile, so its memory may be read and written. The message may be forged: a VM can be restored
    /// from any bytes.
    fn call(&mut self, memory: VmMemory, message: &[u8]) -> Vec<u8>;
}

/// The memory of a VM that waits in a call: addresses of this process.
///
/// The memory never moves and never shrinks as long as the VM lives, and is accessible as a whole. It may be longer at
/// the next call.
#[derive(Debug)]
pub struct VmMemory(Range<usize>);

impl VmMemory {
    pub(crate) fn new(range: Range<usize>) -> Self {
        VmMemory(range)
    }

    /// The addresses, which code may use until the call returns. Their provenance is exposed.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.0.clone()
    }
}

/// The runner of a VM.
#[derive(Default)]
pub(crate) enum Modules {
    /// All modules are interpreted.
    #[default]
    Interpreted,
    /// Nothing has been called.
    Unused(std::sync::Arc<dyn ModuleCompiler>),
    Used(Box<dyn ModuleRunner>),
}

impl Modules {
    /// The runner, if there is one.
    pub(crate) fn runner(&mut self) -> Option<&mut dyn ModuleRunner> {
        if let Modules::Unused(compiler) = self {
            let runner = compiler.runner();
            *self = Modules::Used(runner);
        }
        match self {
            Modules::Used(runner) => Some(&mut **runner),
            _ => None,
        }
    }
}
