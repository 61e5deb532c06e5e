//! Between the value forms of the interface and those of the engine.

use jsvm_data::ErrorClass;

use crate::bindings::exports::jsvm::engine::values::{Input, Key as WitKey, Output};
use crate::bindings::jsvm::engine::types::{ErrorClass as WitErrorClass, ViewKind as WitViewKind};
use crate::handle::{handle, held};
use crate::js::{JsResult, Key, Tag, Thrown, Value, ViewKind};

/// A value on its way out.
pub fn output(value: Value) -> Output {
    match value.tag() {
        Tag::Undefined => Output::Undefined,
        Tag::Null => Output::Null,
        Tag::Boolean => Output::Boolean(value.to_boolean()),
        Tag::Number => Output::Number(value.as_number().unwrap_or(f64::NAN)),
        _ => Output::Value(handle(value)),
    }
}

/// A value on its way in.
pub fn input(value: &Input<'_>) -> JsResult<Value> {
    Ok(match value {
        Input::Undefined => Value::UNDEFINED,
        Input::Null => Value::NULL,
        Input::Boolean(value) => Value::boolean(*value),
        Input::Number(value) => Value::number(*value),
        Input::Text(text) => Value::text(text)?,
        Input::Value(borrow) => held(borrow).clone(),
        Input::EarlierStep(_) => {
            return Err(Thrown::type_error(
                "a result of an earlier step needs a batch",
            ));
        }
    })
}

/// Values on their way in.
pub fn inputs(values: &[Input<'_>]) -> JsResult<Vec<Value>> {
    values.iter().map(input).collect()
}

/// A property key.
pub fn key<'a>(key: &'a WitKey<'_>) -> Key<'a> {
    match key {
        WitKey::Name(name) => Key::Name(name),
        WitKey::Index(index) => Key::Index(*index),
        WitKey::Value(borrow) => Key::Value(held(borrow)),
    }
}

/// The element type in the interface's terms.
pub fn view_kind_out(kind: ViewKind) -> WitViewKind {
    match kind {
        ViewKind::Int8 => WitViewKind::Int8,
        ViewKind::Uint8 => WitViewKind::Uint8,
        ViewKind::Uint8Clamped => WitViewKind::Uint8Clamped,
        ViewKind::Int16 => WitViewKind::Int16,
        ViewKind::Uint16 => WitViewKind::Uint16,
        ViewKind::Int32 => WitViewKind::Int32,
        ViewKind::Uint32 => WitViewKind::Uint32,
        ViewKind::BigInt64 => WitViewKind::Bigint64,
        ViewKind::BigUint64 => WitViewKind::Biguint64,
        ViewKind::Float16 => WitViewKind::Float16,
        ViewKind::Float32 => WitViewKind::Float32,
        ViewKind::Float64 => WitViewKind::Float64,
        // The engine makes no views but these.
        ViewKind::DataView | _ => WitViewKind::DataView,
    }
}

/// The element type in the engine's terms.
pub fn view_kind_in(kind: WitViewKind) -> ViewKind {
    match kind {
        WitViewKind::Int8 => ViewKind::Int8,
        WitViewKind::Uint8 => ViewKind::Uint8,
        WitViewKind::Uint8Clamped => ViewKind::Uint8Clamped,
        WitViewKind::Int16 => ViewKind::Int16,
        WitViewKind::Uint16 => ViewKind::Uint16,
        WitViewKind::Int32 => ViewKind::Int32,
        WitViewKind::Uint32 => ViewKind::Uint32,
        WitViewKind::Bigint64 => ViewKind::BigInt64,
        WitViewKind::Biguint64 => ViewKind::BigUint64,
        WitViewKind::Float16 => ViewKind::Float16,
        WitViewKind::Float32 => ViewKind::Float32,
        WitViewKind::Float64 => ViewKind::Float64,
        WitViewKind::DataView => ViewKind::DataView,
    }
}

/// The error class in the engine's terms.
pub fn error_class_in(class: WitErrorClass) -> ErrorClass {
    match class {
        WitErrorClass::Error => ErrorClass::Error,
        WitErrorClass::EvalError => ErrorClass::EvalError,
        WitErrorClass::RangeError => ErrorClass::RangeError,
        WitErrorClass::ReferenceError => ErrorClass::ReferenceError,
        WitErrorClass::SyntaxError => ErrorClass::SyntaxError,
        WitErrorClass::TypeError => ErrorClass::TypeError,
        WitErrorClass::UriError => ErrorClass::UriError,
        WitErrorClass::InternalError => ErrorClass::InternalError,
        WitErrorClass::AggregateError => ErrorClass::AggregateError,
    }
}
