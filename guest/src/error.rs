//! Errors of the interface `vm`.

use crate::bindings::exports::jsvm::engine::vm::{Error, Exception};
use crate::convert::output;
use crate::data::CopyError;
use crate::js::{Tag, Thrown, Value};
use crate::memory;
use crate::poll;
use crate::realm::{Class, intrinsics};

/// Result of a function of the interface.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Thrown> for Error {
    fn from(thrown: Thrown) -> Self {
        if thrown.is_interrupt() {
            poll::told();
            return Error::Interrupted;
        }
        // The engine throws an `InternalError`, or nothing at all where there was no room even
        // for that.
        if memory::take_refused() && is_engine_limit(&thrown.0) {
            return Error::OutOfMemory;
        }
        Error::Exception(describe(thrown.0))
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

/// Describes what was thrown. Accessors of the value may throw: their part stays empty then.
pub fn describe(value: Value) -> Exception {
    let text = |key: &str| match value.get(key) {
        Ok(text) if !text.is_undefined() => text.to_lossy().unwrap_or_default(),
        _ => String::new(),
    };
    // A `DOMException` is an error too, though the engine has a class of its own for it.
    if value.is_object() && intrinsics().class_of(&value) == Class::Error {
        let (name, message, stack) = (text("name"), text("message"), text("stack"));
        return Exception {
            name,
            message,
            stack,
            value: output(value),
        };
    }
    let message = match value.tag() {
        Tag::Symbol => text("description"),
        _ => value.to_lossy().unwrap_or_default(),
    };
    Exception {
        name: String::new(),
        message,
        stack: String::new(),
        value: output(value),
    }
}
