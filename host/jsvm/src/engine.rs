//! The engine: what all VMs of a program share.

use std::sync::{Arc, OnceLock};

use jsvm_snapshot::EngineId;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};
use wasmtime::{InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings::JsVm;
use crate::builder::VmBuilder;
use crate::context::Context;
#[cfg(feature = "compile")]
use crate::engine_component::{self, EngineComponentError};
use crate::error::{Error, source};
use crate::instance::{Identity, Instances};
use crate::native;
#[cfg(feature = "compile")]
use crate::native_cache::{NativeCache, NativeCacheError};
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

/// Where the native code of an engine comes from.
///
/// ```
/// use jsvm::{Engine, NativeCode};
/// assert!(matches!(Engine::global()?.native_code(), NativeCode::Precompiled));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[cfg(feature = "compile")]
#[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NativeCode {
    /// It was compiled when this program was built.
    Precompiled,
    /// It was loaded from a [`NativeCache`].
    Cached,
    /// It was compiled when the engine was created.
    Compiled {
        /// Why it was not loaded from the cache although there is an entry, or could not be written
        /// there.
        cache: Option<NativeCacheError>,
    },
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
        #[cfg(feature = "precompile")]
        {
            let engine = self.create_engine(|_| ()).map_err(failed)?;
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
        #[cfg(not(any(feature = "compile", feature = "precompile")))]
        Err(failed(wasmtime::format_err!(
            "the crate jsvm was built without native code: enable its feature `precompile` (the \
             default), which compiles the VM when jsvm is built, or `compile`, which does so at \
             first use"
        )))
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

    #[cfg(any(feature = "compile", feature = "precompile"))]
    fn instances(
        &self,
        engine: wasmtime::Engine,
        pre: InstancePre<Context>,
        identity: Identity,
    ) -> wasmtime::Result<Instances> {
        Instances::new(engine, pre, identity, self.max_vms, self.warm_vms as usize)
    }

    /// Creates wasmtime's engine, with a pool if it is to have one and there is room for it.
    #[cfg(any(feature = "compile", feature = "precompile"))]
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

    #[cfg(any(feature = "compile", feature = "precompile"))]
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

/// Connects a component with what VMs import.
#[cfg(any(feature = "compile", feature = "precompile"))]
fn pre(engine: &wasmtime::Engine, component: &Component) -> wasmtime::Result<InstancePre<Context>> {
    let mut linker = Linker::new(engine);
    JsVm::add_to_linker::<_, HasSelf<_>>(&mut linker, |context: &mut Context| context)?;
    wasi::add_to_linker(&mut linker)?;
    linker.instantiate_pre(component)
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
    #[cfg(feature = "compile")]
    native: NativeCode,
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

    /// An engine of any version of jsvm that has the same minor version of the interface, from its
    /// component: the file that `jsvm component` of that version writes.
    ///
    /// Its VMs restore the snapshots of that engine, which no other engine can. Any number of engines
    /// can be in a process. Each reserves address space for its VMs, so give it as few
    /// [`max_vms`](EngineConfig::max_vms) as it needs. The component is compiled, which takes a
    /// second, and kept in a [`NativeCache`].
    ///
    /// # Trust
    ///
    /// A component of somebody else cannot leave its sandbox or pass the hard memory limit. But it
    /// need not ask whether its time is over. Compare its [`id`](Self::id) with one that you trust.
    ///
    /// ```no_run
    /// use jsvm::{Engine, Snapshot};
    /// let snapshot = Snapshot::from_bytes(&std::fs::read("order.snap")?)?;
    /// let component = std::fs::read(format!("engines/{}.wasm", snapshot.engine()))?;
    /// let engine = Engine::from_component(&component)?;
    /// assert_eq!(engine.id(), snapshot.engine());
    /// let vm = engine.restore(&snapshot)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`EngineConfig::build`]; [`Error::EngineComponent`] if the component is not an engine that
    /// this version of jsvm can run.
    #[cfg(feature = "compile")]
    #[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
    pub fn from_component(component: &[u8]) -> Result<Self, Error> {
        EngineConfig::default().build_from_component(component)
    }

    /// As [`from_component`](Self::from_component), from a file.
    ///
    /// ```no_run
    /// let engine = jsvm::Engine::from_component_file("engines/js-vm.wasm")?;
    /// println!("engine {} of jsvm {}", engine.id(), engine.version());
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_component`](Self::from_component); [`EngineComponentError::Read`].
    #[cfg(feature = "compile")]
    #[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
    pub fn from_component_file(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let component = std::fs::read(path).map_err(|error| EngineComponentError::Read {
            path: path.to_owned(),
            source: Arc::new(error),
        })?;
        Engine::from_component(&component)
    }

    /// The name of the engine: the SHA-256 of its component. Snapshots of its VMs have it as their
    /// [`Snapshot::engine`](crate::Snapshot::engine).
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// assert_eq!(engine.id(), jsvm::EngineId::BUILT_IN);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    pub fn id(&self) -> EngineId {
        self.instances.identity.base.engine()
    }

    /// The version of jsvm that built the component.
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// assert_eq!(engine.vm().build()?.snapshot()?.engine_version(), engine.version());
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    pub fn version(&self) -> &str {
        self.instances.identity.base.version()
    }

    /// Where its native code comes from.
    #[cfg(feature = "compile")]
    #[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
    pub fn native_code(&self) -> &NativeCode {
        &self.native
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
        f.debug_struct("Engine")
            .field("id", &self.id())
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}
