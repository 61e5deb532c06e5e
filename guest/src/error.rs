//! Errors of the interfaces.

use crate::bindings::exports::jsvm::engine::values::{Error, Exception};
use crate::bindings::jsvm::engine::types::InterruptReason;
use crate::convert::output;
use crate::data::CopyError;
use crate::js::{Tag, Thrown, Value};
use crate::realm::{Class, intrinsics};
use crate::{host, memory, poll};

/// Result of a function of the interface.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call failed.
pub enum Failed {
    /// JavaScript threw this value.
    Exception(Value),
    /// The embedder interrupted the script.
    Interrupted(InterruptReason),
    /// The script reached the memory limit.
    OutOfMemory,
}

/// Tells exceptions of the script from what its limits threw.
pub fn of(thrown: Thrown) -> Failed {
    if thrown.is_interrupt() {
        poll::told();
        return Failed::Interrupted(host::take_reason());
    }
    // The engine throws an `InternalError`, or nothing at all where there was no room even
    // for that.
    if memory::take_refused() && is_engine_limit(&thrown.0) {
        return Failed::OutOfMemory;
    }
    Failed::Exception(thrown.0)
}

impl From<Thrown> for Error {
    fn from(thrown: Thrown) -> Self {
        match of(thrown) {
            Failed::Exception(value) => Error::Exception(describe(value)),
            Failed::Interrupted(reason) => Error::Interrupted(reason),
            Failed::OutOfMemory => Error::OutOfMemory,
        }
    }
}

impl From<CopyError> for Error {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Thrown(thrown) => thrown.into(),
            CopyError::TooLarge(limit) => Error::OutputLimit(limit),
        }
    }
}

/// Whether what is being thrown says that an allocation was refused.
pub fn is_exhaustion(value: &Value) -> bool {
    memory::refused() && is_engine_limit(value)
}

fn is_engine_limit(value: &Value) -> bool {
    value.tag() == Tag::Null || intrinsics().is_internal_error(value)
}

/// Whether a value is an error. A `DOMException` is one too, though the engine has a class of its own for it.
pub fn is_error(value: &Value) -> bool {
    value.is_object() && intrinsics().class_of(value) == Class::Error
}

/// The texts of a thrown value.
pub struct Described {
    /// `name` of an error.
    pub name: String,
    /// `message` of an error, or another value as a string.
    pub message: String,
    /// `stack` of an error.
    pub stack: String,
}

/// Describes what was thrown.
pub fn describe(value: Value) -> Exception {
    let Described {
        name,
        message,
        stack,
    } = texts(&value);
    Exception {
        name,
        message,
        stack,
        value: output(value),
    }
}

/// The texts of a thrown value. Accessors of the value may throw: their part stays empty then.
pub fn texts(value: &Value) -> Described {
    let text = |key: &str| match value.get(key) {
        Ok(text) if !text.is_undefined() => text.to_lossy().unwrap_or_default(),
        _ => String::new(),
    };
    if is_error(value) {
        return Described {
            name: text("name"),
            message: text("message"),
            stack: text("stack"),
        };
    }
    Described {
        name: String::new(),
        message: match value.tag() {
            Tag::Symbol => text("description"),
            _ => value.to_lossy().unwrap_or_default(),
        },
        stack: String::new(),
    }
}
