//! Settings for VMs.

use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::engine::Engine;
use crate::error::Error;
use crate::function::{Functions, HostError, HostFunction};
use crate::limits::Limits;
use crate::module::{Import, ImportKind, Module, ModuleLoader};
use crate::vm::Vm;

/// Settings for VMs, from [`Engine::vm`]. One builder can make any number of them.
///
/// ```
/// let builder = jsvm::Engine::global()?
///     .vm()
///     .seed(7)
///     .function("add", |a: f64, b: f64| a + b);
/// let (one, two) = (builder.build()?, builder.build()?);
/// assert_eq!(one.eval("add(1, 2)")?.to::<f64>()?, 3.0);
/// // The same seed, the same numbers:
/// let random = |vm: &jsvm::Vm| vm.eval("Math.random()")?.to::<f64>();
/// assert_eq!(random(&one)?, random(&two)?);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct VmBuilder {
    pub(crate) engine: Engine,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: Option<u64>,
    pub(crate) functions: Arc<Functions>,
    /// Names and lengths of the functions that are properties of the global object.
    pub(crate) globals: Vec<(String, u32)>,
    pub(crate) requests: Vec<String>,
}

impl VmBuilder {
    pub(crate) fn new(engine: Engine) -> Self {
        VmBuilder {
            engine,
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            seed: None,
            functions: Arc::default(),
            globals: Vec::new(),
            requests: Vec::new(),
        }
    }

    /// What the VM may use.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What time it is for the VM; the system's by default.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes `Math.random` produce the same numbers every time. By default it is seeded from the
    /// system's entropy.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// A function of the global object that calls a closure of Rust; see [`HostFunction`].
    #[must_use]
    pub fn function<Args, F: HostFunction<Args>>(
        mut self,
        name: impl Into<String>,
        function: F,
    ) -> Self {
        let name = name.into();
        self.globals.retain(|(known, _)| *known != name);
        self.globals.push((name.clone(), F::ARITY));
        self.handler(name, function)
    }

    /// A closure that answers host calls of a name without being a property of the global
    /// object: for functions made with [`Vm::host_function`], and for what the VM itself calls
    /// (see the WIT interface `host`).
    #[must_use]
    pub fn handler<Args>(
        mut self,
        name: impl Into<String>,
        function: impl HostFunction<Args>,
    ) -> Self {
        Arc::make_mut(&mut self.functions).insert(name.into(), function);
        self
    }

    /// A function of the global object that queues a request and returns a promise; see
    /// [`Vm::take_requests`].
    #[must_use]
    pub fn request(mut self, name: impl Into<String>) -> Self {
        self.requests.push(name.into());
        self
    }

    /// What `console.*` writes to: level (`debug`, `log`, `info`, `warn`, `error` or `trace`)
    /// and text. By default it goes nowhere.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// let lines = Arc::new(Mutex::new(Vec::new()));
    /// let vm = jsvm::Engine::global()?
    ///     .vm()
    ///     .console({
    ///         let lines = lines.clone();
    ///         move |_level, text| lines.lock().unwrap().push(text.to_owned())
    ///     })
    ///     .build()?;
    /// vm.eval("console.log('%d apples', 3)")?;
    /// assert_eq!(*lines.lock().unwrap(), ["3 apples"]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[must_use]
    pub fn console(self, write: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        self.handler("jsvm:console", move |level: String, text: String| {
            write(&level, &text)
        })
    }

    /// Where imported modules come from. By default nothing can be imported.
    #[must_use]
    pub fn modules(self, loader: impl ModuleLoader) -> Self {
        let loader = Arc::new(loader);
        let resolver = loader.clone();
        self.handler(
            "jsvm:resolve-module",
            move |specifier: String, importer: String, require: Option<bool>| {
                let kind = if require == Some(true) {
                    ImportKind::Require
                } else {
                    ImportKind::Import
                };
                resolver.resolve(&Import::new(&specifier, &importer, kind))
            },
        )
        .handler(
            "jsvm:load-module",
            move |name: String| -> Result<Module, HostError> { loader.load(&name) },
        )
    }

    /// Makes a VM.
    ///
    /// # Errors
    /// [`Error::Engine`] if all [`max_vms`](crate::EngineConfig::max_vms) are in use, or the
    /// hard memory limit is smaller than an empty VM.
    pub fn build(&self) -> Result<Vm, Error> {
        Vm::new(self)
    }
}

impl std::fmt::Debug for VmBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VmBuilder")
            .field("limits", &self.limits)
            .field("seed", &self.seed)
            .field("globals", &self.globals)
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}
