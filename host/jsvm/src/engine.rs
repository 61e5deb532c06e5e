//! The engine: what all VMs of a program share.

use std::sync::{Arc, OnceLock};

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings::JsVm;
use crate::builder::VmBuilder;
use crate::context::Context;
use crate::error::{Error, source};
use crate::instance::Instances;
use crate::native;
use crate::settings;
use crate::stack::WASM_STACK;
use crate::wasi;

/// Core instances that one VM consists of: the VM itself and the two adapter modules of the
/// component's encoding.
const CORE_INSTANCES_PER_VM: u32 = 4;

/// Settings for an [`Engine`].
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

    /// Sets how many VMs can exist at a time; 2,000 by default. Each reserves 4 GiB of address
    /// space (not memory) when the engine is created.
    #[must_use]
    pub fn max_vms(mut self, count: u32) -> Self {
        self.max_vms = count;
        self
    }

    /// Sets how many VMs that were dropped are kept for the next to be created or restored, which
    /// then takes a fraction of the time: their memory is there already, and only what differs is
    /// rewritten. 8 by default, each of at least half a megabyte; 0 to keep none.
    ///
    /// VMs that needed more memory than a fresh VM, or than the largest snapshot that was restored
    /// if that is not above 8 MiB, are not kept. Nothing of a VM can be seen by the next. Linux
    /// only; elsewhere none is kept.
    #[must_use]
    pub fn warm_vms(mut self, count: u32) -> Self {
        self.warm_vms = count;
        self
    }

    /// Sets whether the engine reserves address space for all VMs when it is created (the default),
    /// so that a VM is created in microseconds. Without it the number of VMs has no bound, and
    /// creating one maps memory each time.
    #[must_use]
    pub fn pooling(mut self, pooling: bool) -> Self {
        self.pooling = pooling;
        self
    }

    /// Creates the engine.
    ///
    /// A system that does not give it the address space for [`max_vms`](Self::max_vms) (a limit on
    /// virtual memory, or a processor with few address bits) gets an engine without
    /// [`pooling`](Self::pooling).
    ///
    /// # Errors
    /// [`Error::NoVms`]; [`Error::EngineCreation`] if the processor lacks instructions that the
    /// native code uses.
    pub fn build(&self) -> Result<Engine, Error> {
        if self.pooling && self.max_vms == 0 {
            return Err(Error::NoVms);
        }
        let engine = self.create_engine().map_err(failed)?;
        let component = native::load(&engine).map_err(failed)?;
        let mut linker = Linker::new(&engine);
        JsVm::add_to_linker::<_, HasSelf<_>>(&mut linker, |context: &mut Context| context)
            .map_err(failed)?;
        wasi::add_to_linker(&mut linker).map_err(failed)?;
        let pre = linker.instantiate_pre(&component).map_err(failed)?;
        let instances = Instances::new(engine, pre, self.max_vms, self.warm_vms as usize);
        Ok(Engine {
            instances: Arc::new(instances.map_err(failed)?),
        })
    }

    /// Creates wasmtime's engine, with a pool if it is to have one and there is room for it.
    fn create_engine(&self) -> wasmtime::Result<wasmtime::Engine> {
        let mut config = settings::shared_config();
        // No fiber is ever made, but wasmtime wants one to be large enough all the same.
        config
            .max_wasm_stack(WASM_STACK)
            .async_stack_size(WASM_STACK);
        native::prepare(&mut config)?;
        if self.pooling {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(self.pool()));
            if let Ok(engine) = wasmtime::Engine::new(&config) {
                return Ok(engine);
            }
        }
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        wasmtime::Engine::new(&config)
    }

    fn pool(&self) -> PoolingAllocationConfig {
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
        pool
    }
}

fn failed(error: wasmtime::Error) -> Error {
    Error::EngineCreation(source(error))
}

/// The native code and the pool of memories that all VMs of a program share.
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

    pub(crate) fn instances(&self) -> &Instances {
        &self.instances
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
