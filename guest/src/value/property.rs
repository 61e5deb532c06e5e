//! Properties, prototypes and integrity.

use crate::bindings::exports::jsvm::engine::properties::{
    Accessor, Integrity, Property, PropertyContent, PropertyDefinition,
};
use crate::convert::{input, output};
use crate::js::{Definition, JsResult, Key, OwnProperty, Slot, Value};
use crate::realm::Method;

/// An own property.
pub fn own(object: &Value, key: Key<'_>) -> JsResult<Option<Property>> {
    let property = object.own_property(key)?;
    Ok(property.map(|property| {
        let OwnProperty {
            slot,
            enumerable,
            writable,
            configurable,
        } = property;
        Property {
            content: match slot {
                Slot::Data(value) => PropertyContent::Value(output(value)),
                Slot::Accessor { get, set } => PropertyContent::Accessor(Accessor {
                    get: output(get),
                    set: output(set),
                }),
            },
            writable,
            enumerable,
            configurable,
        }
    }))
}

/// Defines an own property.
pub fn define(object: &Value, key: Key<'_>, definition: &PropertyDefinition<'_>) -> JsResult<()> {
    let PropertyDefinition {
        value,
        get,
        set,
        writable,
        enumerable,
        configurable,
    } = definition;
    let definition = Definition {
        value: value.as_ref().map(input).transpose()?,
        get: get.as_ref().map(input).transpose()?,
        set: set.as_ref().map(input).transpose()?,
        writable: *writable,
        enumerable: *enumerable,
        configurable: *configurable,
    };
    object.define_property(key, &definition)
}

/// How far an object is closed.
pub fn integrity(object: &Value) -> JsResult<Integrity> {
    let is = |method: Method| -> JsResult<bool> {
        let answer = method.call(&Value::UNDEFINED, std::slice::from_ref(object))?;
        Ok(answer.to_boolean())
    };
    Ok(if object.is_extensible()? {
        Integrity::Extensible
    } else if is(Method::ObjectIsFrozen)? {
        Integrity::Frozen
    } else if is(Method::ObjectIsSealed)? {
        Integrity::Sealed
    } else {
        Integrity::NotExtensible
    })
}

/// Closes an object.
pub fn close(object: &Value, level: Integrity) -> JsResult<()> {
    match level {
        Integrity::Extensible => Ok(()),
        Integrity::NotExtensible => object.prevent_extensions(),
        Integrity::Sealed => object.seal(),
        Integrity::Frozen => object.freeze(),
    }
}
