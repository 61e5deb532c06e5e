//! Settings for VMs.

mod calling;

use std::sync::Arc;

use jsvm_snapshot::Limits;

use crate::async_function::{AsyncFunctions, AsyncHostFunction};
use crate::clock::{Clock, SystemClock};
use crate::context::{ConsoleWriter, Context, ContextSettings};
use crate::engine::Engine;
use crate::entropy::Seed;
use crate::error::Error;
use crate::extension::{Extension, ExtensionVm, Extensions, StopWhen};
use crate::function::{Functions, HostFunction};
use crate::intrinsics::Intrinsics;
use crate::module::{Imports, ModuleLoader};
use crate::module_compiler::{ModuleCompiler, Modules};
use crate::native_module::NativeModule;
use crate::time_zone::TimeZone;
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
    pub(crate) seed: Option<Seed>,
    pub(crate) time_zone: Option<TimeZone>,
    pub(crate) import_requests: bool,
    pub(crate) stop_when: Option<StopWhen>,
    pub(crate) without: Intrinsics,
    pub(crate) functions: Arc<Functions>,
    /// Names and lengths of the functions that are properties of the global object.
    pub(crate) globals: Vec<(String, u32)>,
    /// The same of functions that call JavaScript functions.
    pub(crate) calling_globals: Vec<(String, u32)>,
    pub(crate) requests: Vec<String>,
    pub(crate) async_functions: Arc<AsyncFunctions>,
    measures_gaps: bool,
    /// Whether the VM gets the modules and globals of Node.js.
    #[cfg_attr(not(feature = "node"), allow(dead_code))]
    has_node: bool,
    imports: Arc<Imports>,
    console: Option<Arc<ConsoleWriter>>,
    module_compiler: Option<Arc<dyn ModuleCompiler>>,
}

impl VmBuilder {
    pub(crate) fn new(engine: Engine) -> Self {
        VmBuilder {
            engine,
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            seed: None,
            time_zone: None,
            import_requests: false,
            stop_when: None,
            without: Intrinsics::empty(),
            functions: Arc::default(),
            globals: Vec::new(),
            calling_globals: Vec::new(),
            requests: Vec::new(),
            async_functions: Arc::default(),
            measures_gaps: false,
            has_node: false,
            imports: Arc::default(),
            console: None,
            module_compiler: None,
        }
    }

    /// Returns the engine whose VMs it makes.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Sets the limits of the VM.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets a function that interrupts scripts: the VM calls it about every 10,000 branches, and if
    /// it returns `true` the call fails with [`Interrupt::Embedder`](crate::Interrupt::Embedder).
    ///
    /// It must be quick. For a time limit see [`Limits::time`], to interrupt from another thread
    /// [`Vm::interrupt_handle`].
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// let polls = AtomicU32::new(0);
    /// let vm = jsvm::Engine::global()?
    ///     .vm()
    ///     .stop_when(move || polls.fetch_add(1, Ordering::Relaxed) >= 100)
    ///     .build()?;
    /// use jsvm::{Error, Interrupt};
    /// let error = vm.eval("for (;;);").unwrap_err();
    /// assert!(matches!(error, Error::Interrupted(Interrupt::Embedder)));
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[must_use]
    pub fn stop_when(mut self, asked: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.stop_when = Some(Arc::new(asked));
        self
    }

    /// Has the VM measure the longest way between two polls; see
    /// [`Vm::longest_poll_gap`](crate::Vm::longest_poll_gap). It reads the clock at the beginning
    /// and the end of each call.
    #[must_use]
    pub fn measure_poll_gaps(mut self) -> Self {
        self.measures_gaps = true;
        self
    }

    /// Sets the clock of the VM; by default the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes `Math.random` produce the same numbers every time. By default it is seeded from the
    /// system's entropy.
    ///
    /// The seed is 256 bits, of which a number is a short form; see [`Seed`].
    #[must_use]
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.seed = Some(seed.into());
        self
    }

    /// Sets local time; UTC by default. A VM that is restored keeps the zone that it had, unless
    /// this is set. See [`TimeZone`].
    #[must_use]
    pub fn time_zone(mut self, zone: TimeZone) -> Self {
        self.time_zone = Some(zone);
        self
    }

    /// Takes parts of the language away before any script runs.
    ///
    /// A script then finds no way to them: their names are not in the global object, and objects
    /// that remain do not lead to them. Without [`EVAL`](Intrinsics::EVAL) a script cannot turn
    /// text into code, be it by `eval`, `Function`, or the constructors of generator and
    /// asynchronous functions; what *you* evaluate is compiled as before. What syntax makes
    /// (BigInts, the promise of an `async` function) is still made. What you hand in, such as data
    /// with a `Date` in it, has its methods, and no `constructor`.
    ///
    /// A VM that is [restored](Self::restore) lacks what the frozen one lacked, and nothing else:
    /// its scripts may hold on to anything.
    ///
    /// ```
    /// use jsvm::Intrinsics;
    /// let vm = jsvm::Engine::global()?.vm().without(Intrinsics::EVAL | Intrinsics::PROXY).build()?;
    /// let error = vm.eval("(() => {}).constructor('return 1')").unwrap_err();
    /// assert_eq!(error.exception().unwrap().name, "EvalError");
    /// assert_eq!(vm.eval("typeof Proxy")?.to::<String>()?, "undefined");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[must_use]
    pub fn without(mut self, intrinsics: Intrinsics) -> Self {
        self.without |= intrinsics;
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
        self.forget_global(&name);
        self.globals.push((name.clone(), F::ARITY));
        self.handler(name, function)
    }

    /// A closure that answers host calls of a name without being a property of the global object:
    /// for functions made with [`Vm::create_host_function`], and for what the VM itself calls (see
    /// the WIT interface `host`).
    #[must_use]
    pub fn handler<Args>(
        mut self,
        name: impl Into<String>,
        function: impl HostFunction<Args>,
    ) -> Self {
        Arc::make_mut(&mut self.functions).insert(name.into(), function);
        self
    }

    fn forget_global(&mut self, name: &str) {
        self.globals.retain(|(known, _)| known != name);
        self.calling_globals.retain(|(known, _)| known != name);
    }

    /// A function of the global object that queues a request and returns a promise; see
    /// [`Vm::take_requests`].
    #[must_use]
    pub fn request(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.requests.retain(|known| *known != name);
        self.requests.push(name);
        self
    }

    /// A function of the global object that returns a promise for what a future of Rust ends
    /// with; see [`AsyncHostFunction`]. An [`EventLoop`](crate::EventLoop) runs the futures.
    #[must_use]
    pub fn async_function<Args>(
        self,
        name: impl Into<String>,
        function: impl AsyncHostFunction<Args>,
    ) -> Self {
        let name = name.into();
        self.request(&*name).async_handler(&name, function)
    }

    /// Sets the function that answers requests of a name, without a function of the global object:
    /// for functions made with [`Vm::create_request_function`].
    #[must_use]
    pub fn async_handler<Args>(
        mut self,
        name: &str,
        function: impl AsyncHostFunction<Args>,
    ) -> Self {
        Arc::make_mut(&mut self.async_functions).insert(name, function, false);
        self
    }

    /// As [`async_handler`](Self::async_handler), of requests that do not keep a program running: an
    /// [`EventLoop`](crate::EventLoop) ends when it waits for nothing else.
    ///
    /// ```
    /// use jsvm::EventLoop;
    /// let vm = jsvm::Engine::global()?
    ///     .vm()
    ///     .background_handler("news", async || std::future::pending::<()>().await)
    ///     .build()?;
    /// vm.create_request_function("news", 0)?.call(())?;
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// // It does not wait for news.
    /// EventLoop::new(&vm).run().await
    /// # })?;
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[must_use]
    pub fn background_handler<Args>(
        mut self,
        name: &str,
        function: impl AsyncHostFunction<Args>,
    ) -> Self {
        Arc::make_mut(&mut self.async_functions).insert(name, function, true);
        self
    }

    /// Sets the function that receives what scripts print with `console`: the level (`debug`,
    /// `log`, `info`, `warn`, `error` or `trace`) and the text. By default the text is dropped.
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
    pub fn console(mut self, write: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        self.console = Some(Arc::new(write));
        self
    }

    /// Sets the loader of imported modules. By default nothing can be imported but what was made
    /// with [`module`](Self::module), which comes first.
    #[must_use]
    pub fn modules(mut self, loader: impl ModuleLoader) -> Self {
        self.imports_mut().loader = Some(Arc::new(loader));
        self
    }

    /// Makes calls of `import()` requests with the name [`ImportRequest::NAME`]: for modules that are
    /// not at hand. The program goes on meanwhile, and a snapshot contains the waiting requests. A
    /// VM that is restored keeps what it had, unless this is set.
    ///
    /// The argument of the request is an [`ImportRequest`]. The answer is an [`ImportAnswer`], which
    /// contains the module and those that it imports. Imports of a module whose source the VM has
    /// are no requests. `import` declarations call the [loader](Self::modules) as ever.
    ///
    /// [`ImportRequest`]: crate::ImportRequest
    /// [`ImportRequest::NAME`]: crate::ImportRequest::NAME
    /// [`ImportAnswer`]: crate::ImportAnswer
    ///
    /// ```
    /// # #[cfg(feature = "event-loop")] {
    /// use jsvm::{EventLoop, HostError, ImportAnswer, ImportRequest, Module};
    /// let vm = jsvm::Engine::global()?
    ///     .vm()
    ///     .import_requests()
    ///     .async_handler(ImportRequest::NAME, |import: ImportRequest| async move {
    ///         // Fetched from a network, for example:
    ///         let text = format!("export default 'text of {}'", import.specifier);
    ///         let answer = ImportAnswer::new(&*import.specifier);
    ///         Ok::<_, HostError>(answer.module(import.specifier, Module::es(text)))
    ///     })
    ///     .build()?;
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let namespace = EventLoop::new(&vm).eval("import('a')").await?;
    /// assert_eq!(namespace.get("default")?.to::<String>()?, "text of a");
    /// # Ok::<(), jsvm::Error>(()) })?;
    /// # }
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[must_use]
    pub fn import_requests(mut self) -> Self {
        self.import_requests = true;
        self
    }

    /// Sets the loader of imported modules, as [`modules`](Self::modules) does, to an asynchronous
    /// one.
    #[cfg(feature = "event-loop")]
    #[must_use]
    pub fn async_modules(self, loader: impl crate::AsyncModuleLoader) -> Self {
        self.modules(crate::async_modules::Waiting::new(loader))
    }

    /// A module made in Rust, which scripts import by this very name; see [`NativeModule`].
    #[must_use]
    pub fn module(mut self, name: impl Into<String>, module: NativeModule) -> Self {
        let name = name.into();
        let functions = Arc::make_mut(&mut self.functions);
        let async_functions = Arc::make_mut(&mut self.async_functions);
        let described = module.register(&name, functions, async_functions);
        self.imports_mut().native.insert(name, described.into());
        self
    }

    /// Gives the VM the modules and globals of Node.js: `import path from "node:path"`, `Buffer`, `process`. What
    /// needs files, sockets or processes throws an error when it is called.
    ///
    /// They are made when a script first touches them, so a VM that does not pays for none. `process` has no
    /// environment and no arguments, unless a [handler](Self::handler) `jsvm:process` that is set after this
    /// answers its calls.
    ///
    /// A VM that is [restored](Self::restore) needs this, too, if the frozen one had it.
    ///
    /// ```
    /// use jsvm::Source;
    /// let vm = jsvm::Engine::global()?.vm().node().build()?;
    /// let promise = vm.eval(Source::module(
    ///     "import { join } from 'node:path'; export const text = join('a', '../b') + Buffer.from('c').toString('hex');",
    /// ))?;
    /// vm.run_jobs()?;
    /// assert_eq!(promise.promise_value()?.get("text")?.to::<String>()?, "b63");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[cfg(feature = "node")]
    #[must_use]
    pub fn node(self) -> Self {
        let mut builder = crate::node::process(crate::node::add_handlers(self));
        builder.has_node = true;
        builder
    }

    /// Has the WebAssembly modules that scripts load run as native code, which `jsvm-modules` makes. By default they are
    /// interpreted. Results, limits and snapshots are the same.
    ///
    /// A VM that is [restored](Self::restore) has what its builder has, whatever the frozen one had.
    #[must_use]
    pub fn module_compiler(mut self, compiler: Arc<dyn ModuleCompiler>) -> Self {
        self.module_compiler = Some(compiler);
        self
    }

    /// Changes the settings of an extension, which is added with its default settings if it is not
    /// there; see the module [`extension`](crate::extension).
    ///
    /// A VM that is [restored](Self::restore) needs the extensions that the frozen VM used.
    #[must_use]
    pub fn extend<E: Extension + Clone + Default>(mut self, change: impl FnOnce(&mut E)) -> Self {
        self.imports_mut().extensions.change(change);
        self
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.imports.extensions
    }

    /// Checks that the settings of all extensions are right.
    pub(crate) fn check_extensions(&self) -> Result<(), Error> {
        let mut extensions = self.extensions().iter();
        extensions.try_for_each(|extension| {
            let checked = extension.check();
            checked.map_err(|source| Error::Extension(source.into()))
        })
    }

    /// What a VM of this builder starts with.
    pub(crate) fn context(&self) -> Context {
        Context::new(ContextSettings {
            functions: self.functions.clone(),
            console: self.console.clone(),
            imports: self.imports.clone(),
            clock: self.clock.clone(),
            seed: self.seed.clone(),
            limits: self.limits.clone(),
            stop_when: self.stop_when.clone(),
            measures_gaps: self.measures_gaps,
            extensions: self.extensions().instantiate(|| ExtensionVm {
                clock: self.clock.clone(),
                seed: self.seed.clone(),
                limits: self.limits.clone(),
            }),
            modules: match &self.module_compiler {
                Some(compiler) => Modules::Unused(compiler.clone()),
                None => Modules::Interpreted,
            },
        })
    }

    fn imports_mut(&mut self) -> &mut Imports {
        Arc::make_mut(&mut self.imports)
    }

    /// Makes a VM.
    ///
    /// # Errors
    /// [`Error::TooManyVms`] if all [`max_vms`](crate::EngineConfig::max_vms) are in use;
    /// [`Error::HardMemoryTooSmall`]; [`Error::VmCreation`] if the system has no memory;
    /// [`Error::Extension`] if the settings of an extension are wrong.
    pub fn build(&self) -> Result<Vm, Error> {
        let vm = Vm::new(self)?;
        #[cfg(feature = "node")]
        if self.has_node {
            crate::node::install(&vm)?;
        }
        Ok(vm)
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
