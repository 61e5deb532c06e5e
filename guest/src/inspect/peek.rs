//! Looking at objects without running any code of a script: accessors are not called, and
//! proxies are seen through without their traps.

use crate::js::{Key, OwnProperty, Slot, Tag, Value};

/// How far prototypes are followed.
const CHAIN_LIMIT: usize = 128;

/// How far proxies of proxies are followed.
const PROXY_LIMIT: usize = 10_000;

/// What a proxy stands for, through any number of proxies. Nothing for a revoked one.
pub fn resolve(value: &Value) -> Option<Value> {
    let mut value = value.clone();
    for _ in 0..PROXY_LIMIT {
        if !value.is_proxy() {
            return Some(value);
        }
        value = value.proxy_target()?;
    }
    None
}

/// An own property of an object or of what a proxy stands for. Nothing also if the property
/// cannot be read, as a binding of a module that is not initialised yet.
pub fn own<'a>(object: &Value, key: impl Into<Key<'a>>) -> Option<OwnProperty> {
    resolve(object)?.own_property(key).ok()?
}

/// An own value; nothing for an accessor.
pub fn own_value<'a>(object: &Value, key: impl Into<Key<'a>>) -> Option<Value> {
    match own(object, key)?.slot {
        Slot::Data(value) => Some(value),
        Slot::Accessor { .. } => None,
    }
}

/// The prototype, or what it stands for if it is a proxy; nothing at the end of the chain.
pub fn prototype(object: &Value) -> Option<Value> {
    let prototype = resolve(object)?.prototype().ok()?;
    if prototype.is_object() {
        resolve(&prototype)
    } else {
        None
    }
}

/// An object and its prototypes.
pub fn chain(object: &Value) -> impl Iterator<Item = Value> {
    std::iter::successors(Some(object.clone()), prototype).take(CHAIN_LIMIT)
}

/// A property of an object or of its prototypes.
pub fn find(object: &Value, key: Key<'_>) -> Option<OwnProperty> {
    if !object.is_object() {
        return None;
    }
    chain(object).find_map(|holder| own(&holder, key))
}

/// The value of a property of an object or of its prototypes; nothing for an accessor.
pub fn get<'a>(object: &Value, key: impl Into<Key<'a>>) -> Option<Value> {
    match find(object, key.into())?.slot {
        Slot::Data(value) => Some(value),
        Slot::Accessor { .. } => None,
    }
}

/// The value of a property as text, if it is a primitive.
pub fn get_text<'a>(object: &Value, key: impl Into<Key<'a>>) -> Option<String> {
    primitive_text(&get(object, key)?)
}

/// A primitive as text. Nothing for objects and symbols.
pub fn primitive_text(value: &Value) -> Option<String> {
    match value.tag() {
        Tag::Object | Tag::Symbol | Tag::Internal => None,
        _ => value.to_lossy().ok(),
    }
}

/// Whether `constructor` made the object, by its prototypes alone (`Symbol.hasInstance` is not
/// asked).
pub fn is_instance(object: &Value, constructor: &Value) -> bool {
    let Some(wanted) = own_value(constructor, "prototype") else {
        return false;
    };
    wanted.is_object()
        && chain(object)
            .skip(1)
            .any(|holder| holder.strict_equals(&wanted))
}
