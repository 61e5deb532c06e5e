//! Errors.

use std::fmt;
use std::sync::Arc;

use jsvm_snapshot::{BytecodeError, SnapshotError};

use crate::bindings::wit;
use crate::data::ConversionError;
use crate::instance::MissingFunction;
use crate::time_zone::TimeZoneError;
use crate::value::{Value, ValueKind};
use crate::vm::{Rejection, WorldDefinitionError};

/// A failure of a call into this crate.
///
/// A JavaScript exception, a limit, an interruption and the loss of the VM are different variants:
/// match on the variant, never on the text. Errors are cheap to clone.
///
/// ```
/// use jsvm::Error;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// match vm.eval("throw new RangeError('too far')") {
///     Err(Error::Exception(exception)) => assert_eq!(exception.name, "RangeError"),
///     other => panic!("unexpected: {other:?}"),
/// }
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// # Errors of every call
///
/// Every function that calls into a VM can return [`Gone`](Error::Gone) if the VM has trapped,
/// [`Busy`](Error::Busy) if one of the VM's own host functions makes the call,
/// [`Interrupted`](Error::Interrupted) if the VM was interrupted before the call began, and
/// [`NativeStack`](Error::NativeStack) if the system has no memory for a stack. Sections named
/// "Errors" list only what comes on top.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// JavaScript threw an exception that no script caught.
    #[error("{0}")]
    Exception(Box<Exception>),
    /// The call reached a limit. The VM stays usable.
    #[error("{0}")]
    Limit(Limit),
    /// The call was interrupted. The VM stays usable.
    #[error("{0}")]
    Interrupted(Interrupt),
    /// The VM is gone: this call ended it, or an earlier one did.
    #[error("the VM is gone: {0}. Create or restore another VM")]
    Gone(Gone),
    /// A value of one VM was used with another.
    #[error("the value belongs to another VM: copy it with `to_data` and `create_from_data`")]
    ForeignValue,
    /// The VM was called from one of its own host functions.
    #[error("the VM is running: a host function cannot call the VM that called it")]
    Busy,
    /// A value does not have the expected type.
    #[error(transparent)]
    Conversion(#[from] ConversionError),
    /// A snapshot cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Bytecode cannot be used.
    #[error(transparent)]
    Bytecode(#[from] BytecodeError),
    /// A time zone cannot be used.
    #[error(transparent)]
    TimeZone(#[from] TimeZoneError),
    /// The settings of an [extension](crate::extension) are wrong.
    #[error(transparent)]
    Extension(Cause),
    /// A promise was rejected and no script handles the rejection, which ends a program.
    #[error("unhandled rejection: {}", .0.reason)]
    Rejection(Box<Rejection>),
    /// A promise is pending, and no job, timer or request is left that could settle it.
    #[error("the promise never settles: no job, timer or request is left that could settle it")]
    Unsettled,
    /// [`EngineConfig::max_vms`](crate::EngineConfig::max_vms) is 0.
    #[error("the engine cannot have 0 VMs: set `max_vms` to at least 1")]
    NoVms,
    /// The engine could not be created: the processor lacks instructions that the native code
    /// uses, or the system refused memory.
    #[error("cannot create the engine")]
    EngineCreation(#[source] Cause),
    /// A component cannot be used as an engine.
    #[cfg(feature = "compile")]
    #[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
    #[error("cannot make an engine of the component: {0}")]
    EngineComponent(#[from] crate::engine_component::EngineComponentError),
    /// All VMs that the engine may have are in use.
    #[error("all {max_vms} VMs of the engine are in use: drop one, or raise `max_vms`")]
    TooManyVms {
        /// The engine's [`max_vms`](crate::EngineConfig::max_vms).
        max_vms: u32,
    },
    /// A VM could not be created.
    #[error("cannot create a VM")]
    VmCreation(#[source] Cause),
    /// [`Limits::hard_memory`](crate::Limits::hard_memory) is smaller than an empty VM.
    #[error(
        "the hard memory limit of {hard_memory} bytes is smaller than an empty VM: allow at least \
         8 MiB"
    )]
    HardMemoryTooSmall {
        /// The limit.
        hard_memory: u64,
        /// Bytes that an empty VM has.
        needed: u64,
    },
    /// The system has no memory for the native stack that calls run on.
    #[error("cannot allocate a native stack")]
    NativeStack(#[source] Arc<std::io::Error>),
    /// The engine of the VM is older than a function.
    #[error(transparent)]
    MissingFunction(#[from] MissingFunction),
    /// A VM cannot have a WIT world.
    #[error(transparent)]
    World(#[from] WorldDefinitionError),
    /// The pages of a lazy snapshot cannot be mapped into the memory of a VM.
    #[error("cannot map the snapshot into memory")]
    SnapshotMapping(#[source] Arc<std::io::Error>),
}

/// The error behind an [`Error`], shared by its clones.
pub(crate) type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Turns an error of wasmtime into the source of another.
pub(crate) fn source(error: wasmtime::Error) -> Cause {
    let error: Box<dyn std::error::Error + Send + Sync> = error.into();
    error.into()
}

impl Error {
    /// The exception of [`Error::Exception`], or the reason of [`Error::Rejection`].
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let error = vm.eval("throw new TypeError('no')").unwrap_err();
    /// let exception = error.exception().unwrap();
    /// assert_eq!((&*exception.name, &*exception.message), ("TypeError", "no"));
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    pub fn exception(&self) -> Option<&Exception> {
        match self {
            Error::Exception(exception) => Some(exception),
            Error::Rejection(rejection) => Some(&rejection.reason),
            _ => None,
        }
    }
}

/// A limit that a call reached; see [`Limits`](crate::Limits). For the time limit see
/// [`Interrupt`].
///
/// ```
/// use jsvm::{Error, Limit, Limits};
/// let limits = Limits::default().memory(2 << 20);
/// let vm = jsvm::Engine::global()?.vm().limits(limits).build()?;
/// let error = vm.eval("const all = []; for (;;) all.push(new Uint8Array(100_000))").unwrap_err();
/// assert!(matches!(error, Error::Limit(Limit::Memory)));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// The heap is full.
    #[error("the memory limit was reached")]
    Memory,
    /// A value was too large to be copied out.
    #[error("the value is larger than the output limit of {bytes} bytes")]
    Output {
        /// The limit.
        bytes: u64,
    },
}

/// The party that interrupted a call.
///
/// ```
/// use std::time::Duration;
/// use jsvm::{Error, Interrupt, Limits};
/// let limits = Limits::default().time(Duration::from_millis(20));
/// let vm = jsvm::Engine::global()?.vm().limits(limits).build()?;
/// let error = vm.eval("for (;;) {}").unwrap_err();
/// assert!(matches!(error, Error::Interrupted(Interrupt::TimeLimit)));
/// // The VM stays usable:
/// assert_eq!(vm.eval("6 * 7")?.to::<u32>()?, 42);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Interrupt {
    /// The call ran longer than [`Limits::time`](crate::Limits::time) allows.
    #[error("the time limit was reached")]
    TimeLimit,
    /// The call used more CPU time than [`Limits::cpu_time`](crate::Limits::cpu_time) allows.
    #[error("the limit of CPU time was reached")]
    CpuTimeLimit,
    /// The call did more than [`Limits::work`](crate::Limits::work) allows.
    #[error("the limit of work was reached")]
    WorkLimit,
    /// An [`InterruptHandle`](crate::InterruptHandle) was used.
    #[error("interrupted")]
    Handle,
    /// The deadline of an `EventLoop` or of [`Vm::with_deadline`](crate::Vm::with_deadline) passed.
    #[error("the deadline was reached")]
    Deadline,
    /// The function given to [`VmBuilder::stop_when`](crate::VmBuilder::stop_when) returned `true`
    /// or panicked.
    #[error("interrupted by the embedder")]
    Embedder,
}

/// The reason why a VM is gone.
///
/// ```
/// use jsvm::Gone;
/// assert_eq!(Gone::Memory.to_string(), "the hard memory limit was reached");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Gone {
    /// A built-in ran past the time limit and its grace, and could only be stopped for good.
    #[error("a built-in function ran past the time limit and could not be interrupted")]
    Time,
    /// The hard memory limit was reached where the VM cannot go on without the memory.
    #[error("the hard memory limit was reached")]
    Memory,
    /// The native stack overflowed before the VM noticed.
    #[error("the native stack overflowed")]
    Stack,
    /// A function of the embedder panicked where the VM could not go on, such as a
    /// [`Clock`](crate::Clock). The text is the message of the panic.
    #[error("a function of the embedder panicked: {0}")]
    Panic(String),
    /// The VM trapped for another reason. The text is for people.
    #[error("it trapped: {0}")]
    Trap(String),
}

/// A JavaScript exception.
///
/// The texts were read when it was caught. Lone surrogates in them became U+FFFD. A text is empty
/// if there is none or if reading it threw.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let error = vm.eval("throw Object.assign(new TypeError('no'), { code: 7 })").unwrap_err();
/// let exception = error.exception().unwrap();
/// assert_eq!(exception.to_string(), "TypeError: no");
/// assert_eq!(exception.value.get("code")?.to::<u32>()?, 7);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exception {
    /// `name` of an error; empty for anything else.
    pub name: String,
    /// `message` of an error; for anything else the value as a string.
    pub message: String,
    /// `stack` of an error: a line per frame.
    pub stack: String,
    /// The value that was thrown.
    pub value: Value,
}

impl Exception {
    /// The exception for a value that was thrown. It asks the value, whose accessors may
    /// throw or be stopped: their part stays empty then.
    pub(crate) fn of(value: Value) -> Self {
        let text = |key: &str| {
            let text = value.get(key).and_then(|text| text.to_text());
            text.unwrap_or_default()
        };
        let is_error = value.kind().is_ok_and(|kind| kind == ValueKind::Error);
        let (name, message, stack) = if is_error {
            (text("name"), text("message"), text("stack"))
        } else {
            let message = value.to_text().unwrap_or_default();
            (String::new(), message, String::new())
        };
        Exception {
            name,
            message,
            stack,
            value,
        }
    }
}

/// A place in source, from [`Exception::location`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let error = vm.eval("\n  null.x").unwrap_err();
/// let location = error.exception().unwrap().location().unwrap();
/// assert_eq!((&*location.file, location.line), ("<eval>", 2));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// File name as it was given to the VM.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Exception {
    /// The place where the error was made: the first frame of the stack that is in source.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let error = vm.eval("\n  null.x").unwrap_err();
    /// let place = error.exception().unwrap().location().unwrap();
    /// assert_eq!((&*place.file, place.line), ("<eval>", 2));
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    pub fn location(&self) -> Option<Location> {
        self.locations().next()
    }

    /// The place of each frame of the stack that is in source, innermost first.
    pub fn locations(&self) -> impl Iterator<Item = Location> {
        Self::places(&self.stack)
    }

    /// The places in the text of a stack; see [`stack`](Self::stack).
    pub fn places(stack: &str) -> impl Iterator<Item = Location> {
        stack.lines().filter_map(|line| {
            let line = line.trim();
            let place = match line.strip_suffix(')') {
                Some(inner) => inner.rsplit_once('(')?.1,
                None => line.strip_prefix("at ")?,
            };
            let (rest, column) = place.rsplit_once(':')?;
            let (file, line) = rest.rsplit_once(':')?;
            let (line, column) = (line.parse().ok()?, column.parse().ok()?);
            Some(Location {
                file: file.to_owned(),
                line,
                column,
            })
        })
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.name, &*self.message) {
            ("", message) => write!(f, "uncaught {message}"),
            (name, "") => f.write_str(name),
            (name, message) => write!(f, "{name}: {message}"),
        }
    }
}

impl Error {
    /// Translates an error of the interface.
    ///
    /// `interrupt` tells who interrupted the call, if anybody did.
    pub(crate) fn from_wit(
        error: wit::Error,
        interrupt: Option<Interrupt>,
        wrap: impl Fn(wit::Output) -> Value,
    ) -> Error {
        match error {
            wit::Error::Exception(exception) => {
                Error::Exception(Box::new(Exception::from_wit(exception, wrap)))
            }
            wit::Error::Interrupted(_) => {
                Error::Interrupted(interrupt.unwrap_or(Interrupt::TimeLimit))
            }
            wit::Error::OutOfMemory => Error::Limit(Limit::Memory),
            wit::Error::OutputLimit(bytes) => Error::Limit(Limit::Output { bytes }),
        }
    }
}

impl Exception {
    pub(crate) fn from_wit(
        exception: wit::Exception,
        wrap: impl Fn(wit::Output) -> Value,
    ) -> Exception {
        let wit::Exception {
            value,
            name,
            message,
            stack,
        } = exception;
        Exception {
            name,
            message,
            stack,
            value: wrap(value),
        }
    }
}
