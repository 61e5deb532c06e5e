//! Arguments: the values of host calls, which contain no handle.

use jsvm_data::ViewKind;
use smallvec::SmallVec;

use crate::bindings::jsvm::engine::types::{Argument, ThrownError};
use crate::convert::error_class_in;
use crate::data::{self, Copied, CopyError};
use crate::js::{JsResult, LentBuffer, LentUnits, Property, Tag, Text, Thrown, Value};
use crate::realm::intrinsics;
use crate::value::buffer;
use crate::{limits, token};

/// A value that is ready to cross, but for memory of the engine that is lent.
///
/// Copying a value out can run JavaScript (accessors, proxies), and no JavaScript may run while memory is
/// lent. So all arguments are copied out before any memory is lent.
enum Prepared {
    Ready(Argument),
    Text(Value),
    Bytes(LentBuffer),
    Data(Copied),
}

/// The values as arguments of a host call. Up to four need no allocation.
///
/// # Errors
/// What accessors threw; a `RangeError` if a value is larger than the output limit.
///
/// # Safety
/// As long as the arguments are there, no JavaScript may run, and they must not be written to.
#[expect(unsafe_code, reason = "memory of the engine is lent")]
pub unsafe fn lend(values: &[Value]) -> JsResult<Arguments> {
    // SAFETY: the caller's promise.
    match unsafe { lend_plain(values) }? {
        Some(arguments) => Ok(arguments),
        // SAFETY: the caller's promise.
        None => unsafe { lend_any(values) },
    }
}

/// The arguments of a host call.
pub type Arguments = SmallVec<[Argument; 4]>;

/// The values, if all of them are primitives that cross as they are: to pass them runs no JavaScript.
///
/// # Safety
/// As [`lend`].
#[expect(unsafe_code, reason = "memory of the engine is lent")]
unsafe fn lend_plain(values: &[Value]) -> JsResult<Option<Arguments>> {
    let mut arguments = Arguments::with_capacity(values.len());
    let mut budget = Budget::new();
    for value in values {
        let argument = match value.tag() {
            Tag::String => {
                let LentUnits::Latin1(units) = value.lend_units()? else {
                    return Ok(None);
                };
                if !units.is_ascii() {
                    return Ok(None);
                }
                budget.charge(units.len()).map_err(CopyError::into_thrown)?;
                // SAFETY: the caller's promise; ASCII is UTF-8.
                Argument::Text(unsafe { String::from_utf8_unchecked(units.into_list()) })
            }
            _ => match primitive(value) {
                Some(argument) => argument,
                None => return Ok(None),
            },
        };
        arguments.push(argument);
    }
    Ok(Some(arguments))
}

/// The value, if it is a primitive without memory of its own.
fn primitive(value: &Value) -> Option<Argument> {
    Some(match value.tag() {
        Tag::Undefined => Argument::Undefined,
        Tag::Null => Argument::Null,
        Tag::Boolean => Argument::Boolean(value.to_boolean()),
        Tag::Number => Argument::Number(value.as_number().unwrap_or(f64::NAN)),
        _ => return None,
    })
}

/// # Safety
/// As [`lend`].
#[expect(unsafe_code, reason = "memory of the engine is lent")]
unsafe fn lend_any(values: &[Value]) -> JsResult<Arguments> {
    let mut prepared = Vec::with_capacity(values.len());
    let mut budget = Budget::new();
    for value in values {
        match prepare(value, &mut budget) {
            Ok(argument) => prepared.push(argument),
            Err(error) => {
                prepared.into_iter().for_each(forget);
                return Err(error.into_thrown());
            }
        }
    }
    let mut arguments = Arguments::with_capacity(values.len());
    let mut rest = prepared.into_iter();
    for argument in rest.by_ref() {
        // SAFETY: the caller's promise.
        match unsafe { finish(argument) } {
            Ok(argument) => arguments.push(argument),
            Err(thrown) => {
                rest.for_each(forget);
                arguments.iter().for_each(release);
                return Err(thrown);
            }
        }
    }
    Ok(arguments)
}

/// A value as the result of a call.
///
/// # Errors
/// As [`lend`], with the output limit as an error of its own.
///
/// # Safety
/// As [`lend`].
#[expect(unsafe_code, reason = "memory of the engine is lent")]
pub unsafe fn lend_one(value: &Value) -> Result<Argument, CopyError> {
    let prepared = prepare(value, &mut Budget::new())?;
    // SAFETY: the caller's promise.
    Ok(unsafe { finish(prepared) }?)
}

/// The bytes of strings and bytes that may cross. Data has a limit of its own.
struct Budget {
    limit: u64,
    used: u64,
}

impl Budget {
    fn new() -> Self {
        Budget {
            limit: limits::output_limit(),
            used: 0,
        }
    }

    fn charge(&mut self, bytes: usize) -> Result<(), CopyError> {
        self.used += bytes as u64;
        if self.used > self.limit {
            return Err(CopyError::TooLarge(self.limit));
        }
        Ok(())
    }
}

fn prepare(value: &Value, budget: &mut Budget) -> Result<Prepared, CopyError> {
    Ok(match value.tag() {
        Tag::String => {
            budget.charge(match value.lend_units()? {
                LentUnits::Latin1(units) => units.len(),
                LentUnits::Utf16(units) => 2 * units.len(),
            })?;
            Prepared::Text(value.clone())
        }
        Tag::Object if value.view_kind() == Some(ViewKind::Uint8) => match buffer::lend(value) {
            Ok(bytes) => {
                budget.charge(bytes.len())?;
                Prepared::Bytes(bytes)
            }
            // The buffer is detached, or shorter than the view.
            Err(_) => Prepared::Data(data::copy_out(value)?),
        },
        _ => match primitive(value) {
            Some(argument) => Prepared::Ready(argument),
            None => Prepared::Data(data::copy_out(value)?),
        },
    })
}

/// # Safety
/// As [`lend`].
#[expect(unsafe_code, reason = "memory of the engine is lent")]
unsafe fn finish(prepared: Prepared) -> JsResult<Argument> {
    Ok(match prepared {
        Prepared::Ready(argument) => argument,
        // SAFETY: the caller's promise.
        Prepared::Text(text) => unsafe { lend_text(&text) }?,
        // SAFETY: the caller's promise.
        Prepared::Bytes(bytes) => Argument::Bytes(unsafe { bytes.into_list() }?),
        // SAFETY: the caller's promise.
        Prepared::Data(copied) => Argument::Data(unsafe { copied.lend() }?),
    })
}

/// A string: in place if it is ASCII, else as a copy.
///
/// # Safety
/// As [`lend`].
#[expect(unsafe_code, reason = "memory of the engine is lent")]
unsafe fn lend_text(text: &Value) -> JsResult<Argument> {
    if let LentUnits::Latin1(units) = text.lend_units()?
        && units.is_ascii()
    {
        // SAFETY: the caller's promise; ASCII is UTF-8.
        return Ok(Argument::Text(unsafe {
            String::from_utf8_unchecked(units.into_list())
        }));
    }
    Ok(match text.to_text()? {
        Text::Utf8(text) => Argument::Text(text),
        Text::Utf16(_) => {
            let copied = data::copy_out(text).map_err(CopyError::into_thrown)?;
            Argument::Data(copied.into_data()?)
        }
    })
}

/// Forgets the tokens of a value that does not cross after all.
fn forget(prepared: Prepared) {
    if let Prepared::Data(copied) = prepared {
        release_tokens(&copied.tokens);
    }
}

fn release(argument: &Argument) {
    if let Argument::Data(data) = argument {
        release_tokens(&data.tokens);
    }
}

fn release_tokens(tokens: &[u64]) {
    for token in tokens {
        token::release(*token);
    }
}

/// An argument as a value. The tokens in it stay the embedder's.
///
/// # Errors
/// A `TypeError` if data is malformed.
pub fn copy_in(argument: Argument) -> JsResult<Value> {
    match argument {
        Argument::Undefined => Ok(Value::UNDEFINED),
        Argument::Null => Ok(Value::NULL),
        Argument::Boolean(value) => Ok(Value::boolean(value)),
        Argument::Number(value) => Ok(Value::number(value)),
        Argument::Text(text) => Value::text(&text),
        Argument::Bytes(bytes) => buffer::uint8_array(bytes),
        Argument::Data(data) => data::copy_in(data),
        Argument::Error(error) => create_error(error),
    }
}

fn create_error(error: ThrownError) -> JsResult<Value> {
    let ThrownError {
        class,
        message,
        code,
        cause,
    } = error;
    let made = intrinsics().error(error_class_in(class))?;
    made.define("message", Value::text(&message)?, Property::HIDDEN)?;
    if let Some(cause) = cause {
        made.define("cause", data::copy_in(cause)?, Property::HIDDEN)?;
    }
    if let Some(code) = code {
        made.define("code", Value::text(&code)?, Property::PLAIN)?;
    }
    Ok(made)
}

/// What an import threw.
pub fn thrown(argument: Argument) -> Thrown {
    match copy_in(argument) {
        Ok(value) => Thrown(value),
        Err(thrown) => thrown,
    }
}
