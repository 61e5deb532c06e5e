//! The tags of the form, and what the names in it stand for.

use crate::data::{ErrorClass, ViewKind};
use crate::serde::form::UINT8_ARRAY;

pub(super) use crate::serde::form::{
    CHUNK, CLASS, DATE, LATIN1, MANY, MAP, NEGATIVE, NUMBERS, OPAQUE, POSITIVE, REFERENCE, SET,
    SHARED, UTF16, exact_integer,
};

/// The views, their tags (RFC 8746) and the names of their classes.
const VIEWS: [(Option<u64>, ViewKind, &str); 13] = [
    (Some(UINT8_ARRAY), ViewKind::Uint8, "Uint8Array"),
    (Some(68), ViewKind::Uint8Clamped, "Uint8ClampedArray"),
    (Some(69), ViewKind::Uint16, "Uint16Array"),
    (Some(70), ViewKind::Uint32, "Uint32Array"),
    (Some(71), ViewKind::Biguint64, "BigUint64Array"),
    (Some(72), ViewKind::Int8, "Int8Array"),
    (Some(77), ViewKind::Int16, "Int16Array"),
    (Some(78), ViewKind::Int32, "Int32Array"),
    (Some(79), ViewKind::Bigint64, "BigInt64Array"),
    (Some(84), ViewKind::Float16, "Float16Array"),
    (Some(85), ViewKind::Float32, "Float32Array"),
    (Some(86), ViewKind::Float64, "Float64Array"),
    (None, ViewKind::DataView, "DataView"),
];

/// The class of a view.
pub(crate) fn view_class(kind: ViewKind) -> &'static str {
    let found = VIEWS.iter().find(|(_, known, _)| *known == kind);
    found.map_or("", |(.., class)| class)
}

/// The view that a tag stands for.
pub(crate) fn view_of_tag(tag: u64) -> Option<ViewKind> {
    let found = VIEWS.iter().find(|(known, ..)| *known == Some(tag));
    found.map(|(_, kind, _)| *kind)
}

/// The tag of a view over the whole of its buffer.
#[cfg(feature = "link")]
pub(crate) fn tag_of_view(kind: ViewKind) -> u64 {
    let found = VIEWS.iter().find(|(_, known, _)| *known == kind);
    found.and_then(|(tag, ..)| *tag).unwrap_or(UINT8_ARRAY)
}

/// The view of a class.
pub(crate) fn view_of_class(class: &str) -> Option<ViewKind> {
    let found = VIEWS.iter().find(|(.., known)| *known == class);
    found.map(|(_, kind, _)| *kind)
}

const ERRORS: [(ErrorClass, &str); 9] = [
    (ErrorClass::Error, "Error"),
    (ErrorClass::EvalError, "EvalError"),
    (ErrorClass::RangeError, "RangeError"),
    (ErrorClass::ReferenceError, "ReferenceError"),
    (ErrorClass::SyntaxError, "SyntaxError"),
    (ErrorClass::TypeError, "TypeError"),
    (ErrorClass::UriError, "URIError"),
    (ErrorClass::InternalError, "InternalError"),
    (ErrorClass::AggregateError, "AggregateError"),
];

/// The name of an error class.
pub(super) fn error_name(class: ErrorClass) -> &'static str {
    let found = ERRORS.iter().find(|(known, _)| *known == class);
    found.map_or("Error", |(_, name)| name)
}

/// The error class of a name.
pub(super) fn error_of_name(name: &str) -> Option<ErrorClass> {
    let found = ERRORS.iter().find(|(_, known)| *known == name);
    found.map(|(class, _)| *class)
}
