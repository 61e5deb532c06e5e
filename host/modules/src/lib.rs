//! Compiles the WebAssembly modules that scripts load.
//!
//! A VM of jsvm interprets modules. With this crate, functions of modules run as native code in this process. Their
//! memories, tables and global variables stay in the memory of the VM, so limits, snapshots and forks have them
//! as before, and what is frozen here goes on where nothing is compiled.
//!
//! ```
//! use std::sync::Arc;
//! let modules = Arc::new(jsvm_modules::Modules::new());
//! let vm = jsvm::Engine::global()?.vm().module_compiler(modules).build()?;
//! // (func (export "f") (param i32 i32) (result i32) local.get 0 local.get 1 i32.mul)
//! let product = vm.eval("
//!     const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0,
//!                                 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 108, 11);
//!     new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f(6, 7)
//! ")?;
//! assert_eq!(product.to::<i32>()?, 42);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is compiled
//!
//! A module is compiled when one of its functions is first called, or when it has run for a while if it is large.
//! Short functions are interpreted all the same: that is quicker than to leave the VM. These modules are always
//! interpreted:
//!
//! * larger ones than [`Bounds`] allow;
//! * modules with values of JavaScript (`externref`), or whose imports and exports have vectors or references in their
//!   types;
//! * modules whose code changes tables or reads segments of data (`table.set`, `memory.init`).
//!
//! # Limits
//!
//! Time and work stop a module as they stop a script, and memory is that of the VM. Compiling itself cannot be stopped:
//! [`Bounds`] limits it.

mod bounds;
mod compiler;
mod machine;
mod place;
mod rewrite;
mod task;
mod world;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub use bounds::Bounds;
use compiler::Compiler;
use jsvm::{ModuleCompiler, ModuleRunner, VmMemory};
use jsvm_protocol::webassembly::{self as protocol, Reader, Writer};
use machine::{Machine, Outcome, refused};
use wasmtime::{Cache, CacheConfig};

/// Compiles modules of any number of VMs: [`VmBuilder::module_compiler`](jsvm::VmBuilder::module_compiler).
///
/// The compiler is made when it is first needed. On a system for which there is none, modules are interpreted.
#[derive(Default)]
pub struct Modules {
    bounds: Bounds,
    cache: Option<CacheFolder>,
    compiler: OnceLock<Option<Arc<Compiler>>>,
}

struct CacheFolder {
    path: PathBuf,
    bytes: u64,
}

impl Modules {
    /// With the default [`Bounds`], and without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which modules are compiled.
    #[must_use]
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Keeps native code in a folder, for other processes of this program: about so many bytes of it.
    ///
    /// Whoever can write to the folder can have this process run any code.
    #[must_use]
    pub fn cache(mut self, folder: impl Into<PathBuf>, bytes: u64) -> Self {
        self.cache = Some(CacheFolder {
            path: folder.into(),
            bytes,
        });
        self
    }

    fn compiler(&self) -> Option<&Arc<Compiler>> {
        let compiler = self.compiler.get_or_init(|| {
            let cache = self.cache.as_ref().and_then(|cache| {
                let mut config = CacheConfig::new();
                config
                    .with_directory(&cache.path)
                    .with_files_total_size_soft_limit(cache.bytes);
                // Without it, modules are compiled again.
                Cache::new(config).ok()
            });
            Compiler::new(self.bounds, cache).ok().map(Arc::new)
        });
        compiler.as_ref()
    }
}

impl std::fmt::Debug for Modules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Modules").finish_non_exhaustive()
    }
}

impl ModuleCompiler for Modules {
    fn runner(&self) -> Box<dyn ModuleRunner> {
        Box::new(Runner {
            compiler: self.compiler().cloned(),
            machine: None,
            is_running: false,
        })
    }
}

/// The modules of one VM.
struct Runner {
    compiler: Option<Arc<Compiler>>,
    machine: Option<Machine>,
    /// Whether a module was left in the middle, and not for a call of the VM.
    is_running: bool,
}

impl ModuleRunner for Runner {
    fn call(&mut self, memory: VmMemory, message: &[u8]) -> Vec<u8> {
        let mut reader = Reader::new(message);
        match reader.u8() {
            Some(protocol::HELLO) => self.begin(&memory, reader.u32()),
            Some(protocol::ABANDON) if self.is_running => self.stop(),
            Some(protocol::GO_ON) if self.is_running => self.go_on(&memory, protocol::GO_ON, None),
            Some(protocol::GO_ON) => self.lose(protocol::GO_ON),
            Some(kind) if self.is_running => self.lose(kind),
            Some(kind) => self.go_on(&memory, kind, Some(message)),
            None => self.lose(protocol::RUN),
        }
    }
}

impl Runner {
    fn begin(&mut self, memory: &VmMemory, version: Option<u32>) -> Vec<u8> {
        self.lose(protocol::HELLO);
        if version == Some(protocol::VERSION) {
            let start = memory.range().start;
            let compiler = self.compiler.clone();
            self.machine = compiler.and_then(|compiler| Machine::new(compiler, start).ok());
        }
        match self.machine {
            Some(_) => Writer::new(protocol::READY).into_bytes(),
            None => refused(protocol::NEVER).into_bytes(),
        }
    }

    fn go_on(&mut self, memory: &VmMemory, kind: u8, message: Option<&[u8]>) -> Vec<u8> {
        let Some(machine) = &mut self.machine else {
            return self.lose(kind);
        };
        let outcome = machine.go_on(memory.range(), message);
        self.is_running = matches!(outcome, Outcome::Runs);
        match outcome {
            Outcome::Reply(reply) => reply,
            Outcome::Runs => Writer::new(protocol::ASK).into_bytes(),
            Outcome::Lost => self.lose(kind),
        }
    }

    fn stop(&mut self) -> Vec<u8> {
        self.is_running = false;
        match &mut self.machine {
            Some(machine) => machine.stop(),
            None => machine::abandoned(&[]),
        }
    }

    /// Forgets everything, and what to say of that.
    fn lose(&mut self, kind: u8) -> Vec<u8> {
        self.machine = None;
        self.is_running = false;
        match kind {
            protocol::ABANDON => machine::abandoned(&[]),
            _ => refused(protocol::UNKNOWN).into_bytes(),
        }
    }
}
