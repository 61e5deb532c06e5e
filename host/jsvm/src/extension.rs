//! The extension point: what another crate gives to VMs.
//!
//! An extension brings modules that scripts import, and answers the host calls that these modules
//! make. `jsvm-link` is one: it gives scripts components in other languages. The core knows no
//! extension by name.
//!
//! ```
//! use jsvm::extension::{Extension, ExtensionInstance, ExtensionModule, ExtensionVm, StopSignal};
//! use jsvm::{Data, HostError, Import, Module, Source};
//!
//! /// Gives scripts a module `dice`.
//! #[derive(Clone, Default)]
//! struct Dice {
//!     sides: u32,
//! }
//!
//! impl Extension for Dice {
//!     fn call_prefix(&self) -> &str {
//!         "dice:"
//!     }
//!
//!     fn resolve(&self, import: &Import<'_>) -> Option<Result<String, HostError>> {
//!         (import.specifier == "dice").then(|| Ok("dice".to_owned()))
//!     }
//!
//!     fn load(&self, name: &str) -> Option<ExtensionModule> {
//!         let text = "export const sides = 6";
//!         (name == "dice").then(|| Module::es(text).into())
//!     }
//!
//!     fn instantiate(&self, _: ExtensionVm) -> Box<dyn ExtensionInstance> {
//!         Box::new(self.clone())
//!     }
//! }
//!
//! impl ExtensionInstance for Dice {
//!     fn call(&mut self, _: &str, _: &mut Data, _: StopSignal) -> Result<Data, HostError> {
//!         Ok(Data::of(&self.sides)?)
//!     }
//! }
//!
//! let builder = jsvm::Engine::global()?.vm().extend(|dice: &mut Dice| dice.sides = 6);
//! let vm = builder.build()?;
//! let promise = vm.eval(Source::module("export { sides } from 'dice'"))?;
//! vm.run_jobs()?;
//! # Ok::<(), jsvm::Error>(())
//! ```

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use jsvm_snapshot::Limits;

use crate::clock::Clock;
use crate::data::Data;
use crate::entropy::Seed;
use crate::function::HostError;
use crate::interrupt::{Deadline, InterruptHandle};
use crate::module::{Import, Module};

/// Settings of an extension, shared by all VMs of a builder.
pub trait Extension: Any + Send + Sync {
    /// Returns what the names of its host calls begin with. No other extension may have it.
    fn call_prefix(&self) -> &str;

    /// Checks its settings before a VM is made.
    ///
    /// # Errors
    /// What is wrong with them; the builder fails with
    /// [`Error::Extension`](crate::Error::Extension).
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    /// Returns the full name of the module that an import means, if it is one of the extension's.
    ///
    /// Extensions are asked after the modules made in Rust, and before the
    /// [loader](crate::VmBuilder::modules).
    fn resolve(&self, import: &Import<'_>) -> Option<Result<String, HostError>>;

    /// Returns a module by its full name, if it is one of the extension's.
    ///
    fn load(&self, name: &str) -> Option<ExtensionModule>;

    /// Makes what one VM has of it.
    fn instantiate(&self, vm: ExtensionVm) -> Box<dyn ExtensionInstance>;
}

/// A module that an extension provides.
///
/// ```
/// use jsvm::extension::{ExtensionFunction, ExtensionModule};
/// let roll = ExtensionFunction {
///     export: "roll".to_owned(),
///     call: "dice:roll".to_owned(),
///     length: 0,
/// };
/// let module = ExtensionModule::HostFunctions(vec![roll]);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExtensionModule {
    /// A source text.
    Source(Module),
    /// Functions that make host calls, which [`ExtensionInstance::call`] answers.
    HostFunctions(Vec<ExtensionFunction>),
}

impl From<Module> for ExtensionModule {
    fn from(module: Module) -> Self {
        ExtensionModule::Source(module)
    }
}

/// A function in a module of an extension.
#[derive(Clone, Debug)]
pub struct ExtensionFunction {
    /// The name of the export.
    pub export: String,
    /// The name of the host call, which begins with the extension's prefix.
    pub call: String,
    /// The property `length` of the JavaScript function.
    pub length: u32,
}

/// The part of an extension that belongs to one VM. It is dropped with the VM, and is not part of
/// snapshots.
pub trait ExtensionInstance: Send {
    /// Answers a host call whose name begins with the extension's prefix.
    ///
    /// `args` is an array of the arguments. The time that the call takes is time of its VM: code
    /// that runs for long must ask `stop` now and then.
    ///
    /// # Errors
    /// What the script gets thrown.
    fn call(&mut self, name: &str, args: &mut Data, stop: StopSignal) -> Result<Data, HostError>;
}

/// The VM that an extension is instantiated for.
#[derive(Clone)]
#[non_exhaustive]
pub struct ExtensionVm {
    /// The clock of the VM.
    pub clock: Arc<dyn Clock>,
    /// The seed of the VM's randomness, if it has one.
    pub seed: Option<Seed>,
    /// The limits of the VM.
    pub limits: Limits,
}

impl fmt::Debug for ExtensionVm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtensionVm")
            .field("seed", &self.seed)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The embedder's own condition to stop.
pub(crate) type StopWhen = Arc<dyn Fn() -> bool + Send + Sync>;

/// Tells code that runs on behalf of a VM when to stop.
#[derive(Clone, Default)]
pub struct StopSignal {
    /// Whether the call is stopped already.
    pub(crate) is_stopped: bool,
    pub(crate) until: Option<Instant>,
    /// CPU time of the thread of the call at which it ends.
    pub(crate) cpu_until: Option<(ThreadId, Duration)>,
    pub(crate) deadline: Deadline,
    pub(crate) interrupt: InterruptHandle,
    pub(crate) stop_when: Option<StopWhen>,
}

/// Returns whether the embedder wants to stop. Its function must not unwind through a VM or a
/// component: a panic is a reason to stop, too.
pub(crate) fn asks_to_stop(stop_when: &StopWhen) -> bool {
    catch_unwind(AssertUnwindSafe(|| stop_when())).unwrap_or(true)
}

impl StopSignal {
    /// Returns whether to stop now: a time limit was reached, or somebody interrupts the VM.
    pub fn is_due(&self) -> bool {
        let now = Instant::now();
        self.is_stopped
            || self.until.is_some_and(|until| now >= until)
            || self.is_cpu_time_over()
            || self.deadline.is_past(now)
            || self.interrupt.is_set()
            || self.stop_when.as_ref().is_some_and(asks_to_stop)
    }
}

impl StopSignal {
    /// Returns the signal for work that goes on when the call has returned: without the limits of the
    /// time of the call.
    #[must_use]
    pub fn beyond_call(mut self) -> Self {
        self.until = None;
        self.cpu_until = None;
        self
    }

    /// Another thread cannot tell.
    fn is_cpu_time_over(&self) -> bool {
        self.cpu_until.is_some_and(|(thread, until)| {
            thread == std::thread::current().id() && ThreadTime::now().as_duration() >= until
        })
    }
}

impl fmt::Debug for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StopSignal")
            .field("is_due", &self.is_due())
            .finish_non_exhaustive()
    }
}

/// The extensions of a builder.
#[derive(Clone, Default)]
pub(crate) struct Extensions(Vec<Arc<dyn Extension>>);

impl Extensions {
    /// Changes the extension of type `E`, which is added with its default settings if there is
    /// none.
    pub(crate) fn change<E: Extension + Clone + Default>(&mut self, change: impl FnOnce(&mut E)) {
        let known = |extension: &Arc<dyn Extension>| -> Option<E> {
            let extension: &dyn Any = &**extension;
            extension.downcast_ref().cloned()
        };
        let found = self.0.iter().enumerate();
        let found = found.filter_map(|(index, extension)| Some((index, known(extension)?)));
        match { found }.next() {
            Some((index, mut extension)) => {
                change(&mut extension);
                self.0[index] = Arc::new(extension);
            }
            None => {
                let mut extension = E::default();
                change(&mut extension);
                self.0.push(Arc::new(extension));
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn Extension> {
        self.0.iter().map(|extension| &**extension)
    }

    /// What a VM has of them.
    pub(crate) fn instantiate(&self, vm: impl Fn() -> ExtensionVm) -> ExtensionInstances {
        let instances = self.iter().map(|extension| {
            let prefix = extension.call_prefix().to_owned();
            (prefix, extension.instantiate(vm()))
        });
        ExtensionInstances(instances.collect())
    }
}

/// What one VM has of its extensions, with the prefixes of their host calls.
#[derive(Default)]
pub(crate) struct ExtensionInstances(Vec<(String, Box<dyn ExtensionInstance>)>);

impl ExtensionInstances {
    /// Whether one of them answers a host call.
    pub(crate) fn answer(&self, call: &str) -> bool {
        self.0.iter().any(|(prefix, _)| call.starts_with(&**prefix))
    }

    /// The instance that answers a host call, if it is one of an extension's.
    pub(crate) fn find(&mut self, call: &str) -> Option<&mut dyn ExtensionInstance> {
        let mut instances = self.0.iter_mut();
        let (_, found) = instances.find(|(prefix, _)| call.starts_with(&**prefix))?;
        Some(&mut **found)
    }
}
