//! Modules that scripts of the embedder provide: those of Node.js.
//!
//! The root [`BUILTINS`] has an object with two methods. `resolve(specifier)` returns the full name of a
//! module, or `undefined` if it is none of them. `load(name)` returns its exports.

use super::source::text;
use super::world::ReadyModule;
use crate::js::{JsResult, OwnKeys, Property, Value};
use crate::root;

/// The name of the root.
const BUILTINS: &str = "jsvm:builtins";

/// Full names of these modules begin with it.
const PREFIX: &str = "node:";

/// The full name of a module, if it is one of them.
pub fn resolve(specifier: &str) -> JsResult<Option<String>> {
    let Some(builtins) = root::get(BUILTINS) else {
        return Ok(None);
    };
    let resolve = builtins.get("resolve")?;
    let name = resolve.call(&builtins, &[Value::text(specifier)?])?;
    Ok(text(&name))
}

/// The exports of a module, if it is one of them.
pub fn load(name: &str) -> JsResult<Option<Value>> {
    if !name.starts_with(PREFIX) {
        return Ok(None);
    }
    let Some(builtins) = root::get(BUILTINS) else {
        return Ok(None);
    };
    let exports = builtins
        .get("load")?
        .call(&builtins, &[Value::text(name)?])?;
    Ok((!exports.is_undefined()).then_some(exports))
}

/// A module for `import`: its properties are exports, and all of it is `default`.
pub fn ready(exports: &Value) -> JsResult<ReadyModule> {
    let object = Value::object()?;
    let mut names = Vec::new();
    if exports.is_object() {
        // Accessors run when a module imports it.
        object.set_prototype(exports)?;
        for key in exports.own_keys(OwnKeys::ENUMERABLE)? {
            names.push(key.to_value()?.to_lossy()?);
        }
    }
    for name in ["default", "module.exports"] {
        object.define(name, exports.clone(), Property::PLAIN)?;
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(ReadyModule {
        names,
        exports: object,
    })
}
