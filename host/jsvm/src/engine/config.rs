//! Settings for engines.

use std::sync::Arc;

#[cfg(feature = "compile")]
use jsvm_snapshot::EngineId;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};
use wasmtime::{InstanceAllocationStrategy, PoolingAllocationConfig};

use super::Engine;
#[cfg(feature = "compile")]
use super::NativeCode;
use crate::bindings::JsVm;
use crate::context::Context;
#[cfg(feature = "compile")]
use crate::engine_component::{self, EngineComponentError};
use crate::error::{Error, source};
use crate::host_import;
use crate::instance::{Identity, Instances};
use crate::native;
#[cfg(feature = "compile")]
use crate::native_cache::NativeCache;
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
    #[cfg(feature = "compile")]
    native_cache: CacheChoice,
    #[cfg(feature = "compile")]
    required: Option<EngineId>,
}

/// Where native code is kept that was not compiled with this program.
#[cfg(feature = "compile")]
#[derive(Clone, Debug)]
enum CacheChoice {
    OfUser,
    Chosen(Option<NativeCache>),
}

#[cfg(feature = "compile")]
impl CacheChoice {
    fn cache(&self) -> Option<NativeCache> {
        match self {
            // A system without such a folder (a container, say) compiles each time.
            CacheChoice::OfUser => NativeCache::of_user().ok(),
            CacheChoice::Chosen(cache) => cache.clone(),
        }
    }
}

impl Default for EngineConfig {
    fn default() -> Self {
        EngineConfig {
            max_vms: 2_000,
            warm_vms: 8,
            pooling: true,
            #[cfg(feature = "compile")]
            native_cache: CacheChoice::OfUser,
            #[cfg(feature = "compile")]
            required: None,
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

    /// Sets the folder that keeps the native code of engines that were not compiled with this program;
    /// `None` to compile them each time. The default is [`NativeCache::of_user`], or `None` if that
    /// cannot be opened.
    #[cfg(feature = "compile")]
    #[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
    #[must_use]
    pub fn native_cache(mut self, cache: impl Into<Option<NativeCache>>) -> Self {
        self.native_cache = CacheChoice::Chosen(cache.into());
        self
    }

    /// Refuses every component but that of this engine in
    /// [`build_from_component`](Self::build_from_component), before it is compiled. Snapshots name their
    /// engine: see [`Snapshot::engine`](crate::Snapshot::engine).
    #[cfg(feature = "compile")]
    #[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
    #[must_use]
    pub fn require_engine(mut self, engine: EngineId) -> Self {
        self.required = Some(engine);
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
        #[cfg(any(feature = "precompile", not(feature = "compile")))]
        {
            let engine = self
                .create_engine(native::prepare_precompiled)
                .map_err(failed)?;
            let component = native::precompiled(&engine).map_err(failed)?;
            let pre = pre(&engine, &component).map_err(failed)?;
            let instances = self.instances(engine, pre, Identity::built_in());
            Ok(Engine {
                instances: Arc::new(instances.map_err(failed)?),
                #[cfg(feature = "compile")]
                native: NativeCode::Precompiled,
            })
        }
        #[cfg(all(feature = "compile", not(feature = "precompile")))]
        {
            let engine = self.create_engine(native::prepare).map_err(failed)?;
            let identity = Identity::built_in();
            let (id, cache) = (identity.base.engine(), self.native_cache.cache());
            let compiled = native::compiled(&engine, id, jsvm_component::COMPONENT, cache.as_ref());
            let (component, native) = compiled.map_err(failed)?;
            let pre = pre(&engine, &component).map_err(failed)?;
            let instances = self.instances(engine, pre, identity);
            Ok(Engine {
                instances: Arc::new(instances.map_err(failed)?),
                native,
            })
        }
    }

    /// Creates an engine of another version of jsvm; see [`Engine::from_component`].
    ///
    /// # Errors
    /// As [`build`](Self::build); [`Error::EngineComponent`].
    #[cfg(feature = "compile")]
    #[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
    pub fn build_from_component(&self, component: &[u8]) -> Result<Engine, Error> {
        if self.pooling && self.max_vms == 0 {
            return Err(Error::NoVms);
        }
        let identity = engine_component::read(component, self.required)?;
        let engine = self.create_engine(native::prepare).map_err(failed)?;
        let (id, cache) = (identity.base.engine(), self.native_cache.cache());
        let compiled = native::compiled(&engine, id, component, cache.as_ref());
        let (component, native) =
            compiled.map_err(|error| EngineComponentError::Compilation(source(error)))?;
        let other_world = |error: wasmtime::Error| EngineComponentError::OtherWorld {
            reason: format!("{error:#}"),
        };
        let pre = pre(&engine, &component).map_err(other_world)?;
        let instances = self.instances(engine, pre, identity);
        let instances = instances.map_err(other_world)?;
        instances.check()?;
        Ok(Engine {
            instances: Arc::new(instances),
            native,
        })
    }

    fn instances(
        &self,
        engine: wasmtime::Engine,
        pre: InstancePre<Context>,
        identity: Identity,
    ) -> wasmtime::Result<Instances> {
        Instances::new(engine, pre, identity, self.max_vms, self.warm_vms as usize)
    }

    /// Creates wasmtime's engine, with a pool if it is to have one and there is room for it.
    fn create_engine(
        &self,
        prepare: impl FnOnce(&mut wasmtime::Config),
    ) -> wasmtime::Result<wasmtime::Engine> {
        let mut config = settings::shared_config();
        // No fiber is ever made, but wasmtime wants one to be large enough all the same.
        config
            .max_wasm_stack(WASM_STACK)
            .async_stack_size(WASM_STACK);
        prepare(&mut config);
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
            .table_elements(16_384)
            .table_keep_resident(64 << 10);
        pool
    }
}

/// Connects a component with what VMs import.
fn pre(engine: &wasmtime::Engine, component: &Component) -> wasmtime::Result<InstancePre<Context>> {
    let mut linker = Linker::new(engine);
    JsVm::add_to_linker::<_, HasSelf<_>>(&mut linker, |context: &mut Context| context)?;
    host_import::add_to_linker(&mut linker)?;
    wasi::add_to_linker(&mut linker)?;
    linker.instantiate_pre(component)
}

fn failed(error: wasmtime::Error) -> Error {
    Error::EngineCreation(source(error))
}
