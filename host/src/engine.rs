//! The engine: what all VMs of a program share.

use std::sync::{Arc, OnceLock};

use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings::JsVm;
use crate::builder::VmBuilder;
use crate::context::Context;
use crate::error::Error;
use crate::instance::Instances;
#[cfg(feature = "link")]
use crate::link::{LinkError, LinkedComponent, Runtime};
use crate::stack::WASM_STACK;

/// The component `js-vm.wasm`, as it was built with this crate.
pub const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/js-vm.wasm"));

/// Its native code for this target.
static NATIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/js-vm.cwasm"));

#[path = "../../build/src/config.rs"]
mod config;

/// Core instances that one VM consists of: the VM itself and the two adapter modules of the
/// component's encoding.
const CORE_INSTANCES_PER_VM: u32 = 4;

/// How an [`Engine`] is made.
///
/// ```
/// let engine = jsvm::EngineConfig::new().max_vms(64).build()?;
/// let vm = engine.vm().build()?;
/// assert_eq!(vm.eval("6 * 7")?.to::<u32>()?, 42);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EngineConfig {
    max_vms: u32,
    warm_vms: u32,
    pooling: bool,
}

impl Default for EngineConfig {
    fn default() -> Self {
        EngineConfig {
            max_vms: 2_000,
            warm_vms: 8,
            pooling: true,
        }
    }
}

impl EngineConfig {
    /// The default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many VMs can exist at a time; 2,000 by default. Each reserves 4 GiB of address space
    /// (not memory) at once.
    #[must_use]
    pub fn max_vms(mut self, count: u32) -> Self {
        self.max_vms = count;
        self
    }

    /// How many VMs that were dropped are kept for the next to be made or restored, which then
    /// takes a fraction of the time: their memory is there already, and only what differs is
    /// rewritten. 8 by default, each of at least half a megabyte; 0 to keep none.
    ///
    /// VMs that needed more memory than a fresh VM, or than the largest snapshot that was restored if
    /// that is not above 8 MiB, are not kept. Nothing of a VM can be seen by the next. Linux only;
    /// elsewhere none is kept.
    #[must_use]
    pub fn warm_vms(mut self, count: u32) -> Self {
        self.warm_vms = count;
        self
    }

    /// Whether address space for VMs is reserved when the engine is made (the default), so that
    /// a VM is made in microseconds. Without it the number of VMs has no bound, and making one
    /// maps memory each time.
    #[must_use]
    pub fn pooling(mut self, pooling: bool) -> Self {
        self.pooling = pooling;
        self
    }

    /// Makes the engine.
    ///
    /// # Errors
    /// [`Error::Engine`] if the address space for `max_vms` cannot be had, or the processor
    /// lacks what the native code needs.
    pub fn build(&self) -> Result<Engine, Error> {
        let mut config = config::shared_config();
        // No fiber is ever made, but wasmtime wants one to be large enough all the same.
        config
            .max_wasm_stack(WASM_STACK)
            .async_stack_size(WASM_STACK);
        if self.pooling {
            if self.max_vms == 0 {
                return Err(Error::Engine("max_vms must be at least 1".into()));
            }
            let mut pool = PoolingAllocationConfig::new();
            let cores = self.max_vms.saturating_mul(CORE_INSTANCES_PER_VM);
            pool.total_component_instances(self.max_vms)
                .total_core_instances(cores)
                .total_memories(self.max_vms)
                .total_tables(self.max_vms.saturating_mul(2))
                .max_core_instances_per_component(CORE_INSTANCES_PER_VM)
                .max_memory_size(4 << 30)
                .table_elements(4_096)
                .table_keep_resident(64 << 10);
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        } else {
            config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        }
        let engine = wasmtime::Engine::new(&config).map_err(failed)?;
        // SAFETY: the bytes were made by `Engine::precompile_component` in this crate's build
        // script, and nobody can have changed them since; wasmtime checks version and settings.
        #[expect(unsafe_code, reason = "native code is loaded here and nowhere else")]
        let component = unsafe { Component::deserialize(&engine, NATIVE) }.map_err(failed)?;
        let mut linker = Linker::new(&engine);
        JsVm::add_to_linker::<_, HasSelf<_>>(&mut linker, |context: &mut Context| context)
            .map_err(failed)?;
        let pre = linker.instantiate_pre(&component).map_err(failed)?;
        let instances = Instances::new(engine, pre, self.warm_vms as usize).map_err(failed)?;
        Ok(Engine {
            instances: Arc::new(instances),
            #[cfg(feature = "link")]
            links: Arc::default(),
        })
    }
}

fn failed(error: wasmtime::Error) -> Error {
    Error::Engine(format!("{error:#}"))
}

/// What all VMs of a program share: the native code, and the pool of memories.
///
/// It is made once, is cheap to clone, and can be used from any number of threads.
///
/// ```
/// let engine = jsvm::Engine::new()?;
/// let worker = std::thread::spawn({
///     let engine = engine.clone();
///     move || engine.vm().build()?.eval("[1, 2, 3].length")?.to::<u32>()
/// });
/// assert_eq!(worker.join().unwrap()?, 3);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    instances: Arc<Instances>,
    /// The runtime of linked components, once there are any.
    #[cfg(feature = "link")]
    links: Arc<OnceLock<Arc<Runtime>>>,
}

impl Engine {
    /// An engine with the default settings.
    ///
    /// # Errors
    /// As [`EngineConfig::build`].
    pub fn new() -> Result<Self, Error> {
        EngineConfig::default().build()
    }

    /// The engine that a program uses when it asks for no particular one, made on first use.
    ///
    /// # Errors
    /// As [`EngineConfig::build`]; a failure is not remembered.
    pub fn global() -> Result<Self, Error> {
        static GLOBAL: OnceLock<Engine> = OnceLock::new();
        if let Some(engine) = GLOBAL.get() {
            return Ok(engine.clone());
        }
        let engine = Engine::new()?;
        Ok(GLOBAL.get_or_init(|| engine).clone())
    }

    /// Settings for VMs of this engine.
    pub fn vm(&self) -> VmBuilder {
        VmBuilder::new(self.clone())
    }

    /// Compiles a component, so that VMs can be linked to it: their scripts then import its
    /// interfaces. See the module [`link`](crate::link).
    ///
    /// `name` is what scripts can import it by, such as `acme:image`; its interfaces are found by
    /// their own names as well. To compile takes time, about a second for each megabyte; what comes of
    /// it can be used for any number of VMs.
    ///
    /// # Errors
    /// See [`LinkError`]: among others, if it is a core module, or imports what nobody gives.
    #[cfg(feature = "link")]
    pub fn link(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<LinkedComponent, LinkError> {
        let runtime = match self.links.get() {
            Some(runtime) => runtime,
            None => {
                let runtime = Arc::new(Runtime::new()?);
                self.links.get_or_init(|| runtime)
            }
        };
        LinkedComponent::new(runtime, name, bytes.as_ref())
    }

    pub(crate) fn instances(&self) -> &Instances {
        &self.instances
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
