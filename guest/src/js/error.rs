//! Errors of the engine's classes.

use rquickjs_sys as q;

use super::object::Property;
use super::realm::ctx;
use super::value::{Thrown, Value};

impl Thrown {
    /// A `TypeError`.
    pub fn type_error(message: &str) -> Thrown {
        Self::engine_error(q::JS_NewTypeError, message)
    }

    /// A `RangeError`.
    pub fn range_error(message: &str) -> Thrown {
        Self::engine_error(q::JS_NewRangeError, message)
    }

    /// A `SyntaxError`.
    pub fn syntax_error(message: &str) -> Thrown {
        Self::engine_error(q::JS_NewSyntaxError, message)
    }

    /// A plain `Error`.
    pub fn error(message: &str) -> Thrown {
        Self::engine_error(q::JS_NewPlainError, message)
    }

    fn engine_error(
        make: unsafe extern "C" fn(*mut q::JSContext, *const q::c_char, ...) -> q::JSValue,
        message: &str,
    ) -> Thrown {
        let Ok(text) = Value::text(message) else {
            return Thrown(Value::NULL);
        };
        // SAFETY: an empty format string, so no further argument is read.
        match unsafe { Value::check(make(ctx(), c"".as_ptr())) } {
            // The engine truncates formatted messages, so the text is set afterwards.
            Ok(error) => match error.define("message", text, Property::HIDDEN) {
                Ok(()) => Thrown(error),
                Err(thrown) => thrown,
            },
            Err(thrown) => thrown,
        }
    }
}
