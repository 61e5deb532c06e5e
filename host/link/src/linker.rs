//! Compiles components and links VMs to them.

use std::sync::{Arc, OnceLock};

use jsvm::VmBuilder;

use super::component::LinkedComponent;
use super::concurrent::answer_waits;
use super::cost::CompileLimits;
use super::error::LinkError;
use super::runtime::Runtime;
use super::table::LinkTable;

/// Compiles components to link to VMs. It is cheap to clone and can be used from any thread.
///
/// ```
/// # let component = wat::parse_str(
/// #     r#"(component
/// #         (core module $m (func (export "f") (result i32) (i32.const 42)))
/// #         (core instance $i (instantiate $m))
/// #         (func (export "answer") (result u32) (canon lift (core func $i "f"))))"#,
/// # )
/// # .unwrap();
/// let linker = jsvm_link::Linker::new()?;
/// let answers = linker.compile("acme:answers", component)?;
/// assert_eq!(answers.specifiers(), ["acme:answers"]);
/// # Ok::<(), jsvm_link::LinkError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Linker {
    runtime: Arc<Runtime>,
    /// The compiler of components with asynchronous functions, streams or futures.
    concurrent: Arc<OnceLock<Arc<Runtime>>>,
    limits: CompileLimits,
}

impl Linker {
    /// Sets up the compiler, and a thread that stops components that run for too long.
    ///
    /// # Errors
    /// [`LinkError::Engine`] if this machine cannot run components.
    pub fn new() -> Result<Self, LinkError> {
        Ok(Linker {
            runtime: Arc::new(Runtime::new()?),
            concurrent: Arc::default(),
            limits: CompileLimits::default(),
        })
    }

    /// Returns the global linker, which is created at its first use.
    ///
    /// # Errors
    /// As [`new`](Self::new). The next call tries again.
    pub fn global() -> Result<Self, LinkError> {
        static GLOBAL: OnceLock<Linker> = OnceLock::new();
        if let Some(linker) = GLOBAL.get() {
            return Ok(linker.clone());
        }
        let linker = Linker::new()?;
        Ok(GLOBAL.get_or_init(|| linker).clone())
    }

    /// Sets the limits of [`compile`](Self::compile). Clones have limits of their own.
    #[must_use]
    pub fn compile_limits(mut self, limits: CompileLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Compiles a component, so that VMs can be linked to it.
    ///
    /// Scripts import it by `name`, such as `acme:image`, and its interfaces by their own names.
    /// Compiling takes about a second per megabyte. The result can be used for any number of VMs.
    ///
    /// A component that may take more memory or time than [`CompileLimits`] allow is not compiled.
    /// The compiler runs in this process: for a component of a stranger, the limits are estimates
    /// that hold for all known shapes of hostile code. A process with a memory limit of the system
    /// is the only proof against an unknown one.
    ///
    /// # Errors
    /// See [`LinkError`]: for example, the file is a core module, or an import is missing.
    /// [`LinkError::TooCostly`] or [`LinkError::TooManyParts`] if it exceeds the limits.
    pub fn compile(
        &self,
        name: &str,
        bytes: impl AsRef<[u8]>,
    ) -> Result<LinkedComponent, LinkError> {
        LinkedComponent::new(self, name, bytes.as_ref())
    }
}

impl Linker {
    /// Returns the compiler of a component.
    pub(crate) fn runtime(&self, is_concurrent: bool) -> Result<Arc<Runtime>, LinkError> {
        if !is_concurrent {
            return Ok(self.runtime.clone());
        }
        if let Some(runtime) = self.concurrent.get() {
            return Ok(runtime.clone());
        }
        let runtime = Arc::new(Runtime::new_concurrent()?);
        Ok(self.concurrent.get_or_init(|| runtime).clone())
    }

    pub(crate) fn limits(&self) -> &CompileLimits {
        &self.limits
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for jsvm::VmBuilder {}
}

/// Links components to the VMs of a builder. Only [`VmBuilder`] implements it.
///
/// ```
/// use jsvm::Source;
/// use jsvm_link::{LinkExt, Linker};
/// # let component = wat::parse_str(
/// #     r#"(component
/// #         (core module $m (func (export "f") (result i32) (i32.const 42)))
/// #         (core instance $i (instantiate $m))
/// #         (func (export "answer") (result u32) (canon lift (core func $i "f"))))"#,
/// # )
/// # .unwrap();
/// let answers = Linker::global()?.compile("acme:answers", component)?;
/// let vm = jsvm::Engine::global()?.vm().link(&answers).build()?;
/// let script = "import { answer } from 'acme:answers'; globalThis.found = answer()";
/// vm.eval(Source::module(script))?;
/// vm.run_jobs()?;
/// assert_eq!(vm.eval_to::<u32>("found")?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait LinkExt: sealed::Sealed {
    /// Links a component, whose interfaces scripts then import by their names. These names take
    /// precedence over those of a module loader.
    ///
    /// Each VM creates its own instance at the first call. A VM that is
    /// [restored](VmBuilder::restore) must be linked to the same components again.
    #[must_use]
    fn link(self, component: &LinkedComponent) -> Self;

    /// Lets VMs without linked components expect calls of them. For VMs that are
    /// [restored](VmBuilder::restore): a script that calls a component that is no longer linked
    /// gets an error that says so.
    #[must_use]
    fn expect_links(self) -> Self;
}

impl LinkExt for VmBuilder {
    fn link(self, component: &LinkedComponent) -> Self {
        answer_waits(self).extend(|table: &mut LinkTable| table.components.push(component.clone()))
    }

    fn expect_links(self) -> Self {
        answer_waits(self).extend(|_: &mut LinkTable| {})
    }
}
