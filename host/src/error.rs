//! What can go wrong.

use std::fmt;

use crate::bindings::exports::jsvm::engine::vm as wit;
use crate::bytecode::BytecodeError;
use crate::data::ConversionError;
use crate::snapshot::SnapshotError;
use crate::time_zone::TimeZoneError;
use crate::value::{Value, ValueKind};
use crate::vm::Rejection;

/// Everything that can go wrong. A JavaScript exception, a limit and the loss of the VM are
/// different things, told apart by their type and never by their text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// JavaScript threw and nothing caught it.
    #[error("{0}")]
    Exception(Box<Exception>),
    /// A limit was reached. The VM can be used on.
    #[error("{0}")]
    Limit(Limit),
    /// The VM is gone: this call ended it, or an earlier one did.
    #[error("the VM is gone: {0}")]
    Gone(Gone),
    /// A value of one VM was used with another.
    #[error("the value belongs to another VM: copy it with to_data and from_data")]
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
    /// A component cannot be linked.
    #[cfg(feature = "link")]
    #[error(transparent)]
    Link(#[from] crate::link::LinkError),
    /// A promise was rejected and nothing handles it: what ends a program.
    #[error("unhandled rejection: {}", .0.reason)]
    Rejection(Box<Rejection>),
    /// A promise that was waited for is not settled, and nothing is left to do that could settle
    /// it.
    #[error("the promise is never settled: nothing is left to do that could settle it")]
    Unsettled,
    /// The engine or a VM could not be made.
    #[error("the engine failed: {0}")]
    Engine(String),
}

impl Error {
    /// The exception, if it is one, or the reason of a rejection.
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

/// A limit that was reached; see [`Limits`](crate::Limits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// The call took too long, or was [interrupted](crate::InterruptHandle).
    #[error("the time limit was reached")]
    Time,
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

/// Why a VM is gone.
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
    /// Something else trapped; the text is for people.
    #[error("it trapped: {0}")]
    Trap(String),
}

/// A JavaScript exception.
///
/// The texts were read when it was caught. Lone surrogates in them became U+FFFD; a text is
/// empty where there is none or where reading it threw.
#[derive(Clone, Debug)]
pub struct Exception {
    /// `name` of an error; empty for anything else.
    pub name: String,
    /// `message` of an error; for anything else the value as a string.
    pub message: String,
    /// `stack` of an error: a line per frame.
    pub stack: String,
    /// What was thrown.
    pub value: Value,
}

impl Exception {
    /// What there is to say of a value that was thrown. It asks the value, whose accessors may
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

/// A place in source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// File name as it was given to the VM.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Exception {
    /// Where it was made, as far as the stack tells: the first frame that is in source.
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

    /// Where each frame of the stack is in source, innermost first. Frames of built-ins are left
    /// out.
    pub fn locations(&self) -> impl Iterator<Item = Location> {
        Self::places(&self.stack)
    }

    /// The same for any stack, as [`stack`](Self::stack) has it.
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
    pub(crate) fn from_wit(error: wit::Error, wrap: impl Fn(wit::Output) -> Value) -> Error {
        match error {
            wit::Error::Exception(exception) => {
                Error::Exception(Box::new(Exception::from_wit(exception, wrap)))
            }
            wit::Error::Interrupted => Error::Limit(Limit::Time),
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
