//! The tags of the form.

use crate::data::{ErrorClass, ViewKind};

pub(super) const DATE: u64 = 1;
pub(super) const POSITIVE: u64 = 2;
pub(super) const NEGATIVE: u64 = 3;
pub(super) const CLASS: u64 = 27;
pub(super) const SHARED: u64 = 28;
pub(super) const REFERENCE: u64 = 29;
pub(super) const SET: u64 = 258;
pub(super) const MAP: u64 = 259;
pub(super) const CHUNK: u64 = 0x6a73_0001;
pub(super) const LATIN1: u64 = 0x6a73_0002;
pub(super) const UTF16: u64 = 0x6a73_0003;
pub(super) const OPAQUE: u64 = 0x6a73_0004;

/// The views, their tags (RFC 8746) and the names of their classes.
const VIEWS: [(Option<u64>, ViewKind, &str); 13] = [
    (Some(64), ViewKind::Uint8, "Uint8Array"),
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
pub(super) fn view_class(kind: ViewKind) -> &'static str {
    let found = VIEWS.iter().find(|(_, known, _)| *known == kind);
    found.map_or("", |(.., class)| class)
}

/// The view that a tag stands for.
pub(super) fn view_of_tag(tag: u64) -> Option<ViewKind> {
    let found = VIEWS.iter().find(|(known, ..)| *known == Some(tag));
    found.map(|(_, kind, _)| *kind)
}

/// The view of a class.
pub(super) fn view_of_class(class: &str) -> Option<ViewKind> {
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
