//! The kinds of values.

use crate::bindings::exports::jsvm::engine::values::ValueKind;
use crate::js::{Tag, Value};
use crate::realm::{Class, intrinsics};

/// The kind of a value.
pub fn kind(value: &Value) -> ValueKind {
    match value.tag() {
        Tag::Undefined | Tag::Internal => ValueKind::Undefined,
        Tag::Null => ValueKind::Null,
        Tag::Boolean => ValueKind::Boolean,
        Tag::Number => ValueKind::Number,
        Tag::BigInt => ValueKind::Bigint,
        Tag::String => ValueKind::Text,
        Tag::Symbol => ValueKind::Symbol,
        Tag::Object => object_kind(value),
    }
}

fn object_kind(object: &Value) -> ValueKind {
    if object.is_function() {
        return ValueKind::Function;
    }
    if object.is_proxy() {
        return ValueKind::Proxy;
    }
    if object.is_promise() {
        return ValueKind::Promise;
    }
    if object.is_weak_ref() || object.is_weak_map() || object.is_weak_set() {
        return ValueKind::Weak;
    }
    match intrinsics().class_of(object) {
        Class::Array => ValueKind::Array,
        Class::Error => ValueKind::Error,
        Class::Map => ValueKind::MapObject,
        Class::Set => ValueKind::SetObject,
        Class::Date => ValueKind::Date,
        Class::RegExp => ValueKind::Regexp,
        Class::ArrayBuffer => ValueKind::ArrayBuffer,
        Class::View if object.is_data_view() => ValueKind::DataView,
        Class::View => ValueKind::TypedArray,
        Class::Plain | Class::Boxed | Class::Opaque => ValueKind::Object,
    }
}
