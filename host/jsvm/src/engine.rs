//! The engine: what all VMs of a program share.

mod config;

use std::sync::{Arc, OnceLock};

use jsvm_snapshot::EngineId;

use crate::builder::VmBuilder;
#[cfg(feature = "compile")]
use crate::engine_component::EngineComponentError;
use crate::error::Error;
use crate::instance::Instances;
#[cfg(feature = "compile")]
use crate::native_cache::NativeCacheError;

pub use config::EngineConfig;

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
    /// It was loaded from a [`NativeCache`](crate::NativeCache).
    Cached,
    /// It was compiled when the engine was created.
    Compiled {
        /// Why it was not loaded from the cache although there is an entry, or could not be written
        /// there.
        cache: Option<NativeCacheError>,
    },
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
    /// second, and kept in a [`NativeCache`](crate::NativeCache).
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
