//! The classes of the parts that are in use: what `console` shows of their objects, and how
//! `structuredClone` copies them. Their state is private, so it takes functions of the part.

use std::cell::RefCell;

use crate::inspect::peek;
use crate::js::{Call, JsResult, Key, OwnKeys, Property, Tag, Value};
use crate::realm::intrinsics;

struct Class {
    prototype: Value,
    /// Makes a plain object or map that is shown instead.
    describe: Value,
    /// Makes a copy.
    clone: Value,
}

thread_local! {
    static CLASSES: RefCell<Vec<Class>> = const { RefCell::new(Vec::new()) };
}

const ALL: OwnKeys = OwnKeys {
    strings: true,
    symbols: false,
    hidden: true,
};

/// Makes a class look as Web IDL wants it: its members are enumerable, and it has a tag.
pub fn expose(call: Call<'_>) -> JsResult<Value> {
    let (class, options) = (call.arg(0), call.arg(1));
    let prototype = class.get("prototype")?;
    for key in prototype.own_keys(ALL)? {
        if key != Key::Name("constructor").to_atom()? {
            prototype.make_enumerable(&key)?;
        }
    }
    for key in class.own_keys(ALL)? {
        let name = key.to_value()?.to_lossy()?;
        if !matches!(&*name, "prototype" | "length" | "name") {
            class.make_enumerable(&key)?;
        }
    }
    if let Some(tag) = intrinsics().well_known("toStringTag") {
        prototype.define(Key::Value(&tag), class.get("name")?, Property::READ_ONLY)?;
    }
    let option = |name: &str| match options.is_object() {
        true => options.get(name),
        false => Ok(Value::UNDEFINED),
    };
    let entry = Class {
        prototype,
        describe: option("describe")?,
        clone: option("clone")?,
    };
    CLASSES.with_borrow_mut(|classes| classes.push(entry));
    Ok(class)
}

/// What is known of the class of an object, by its prototypes.
fn find(object: &Value, take: fn(&Class) -> &Value) -> Option<Value> {
    if CLASSES.with_borrow(Vec::is_empty) || object.is_proxy() {
        return None;
    }
    peek::chain(object).skip(1).find_map(|holder| {
        CLASSES.with_borrow(|classes| {
            let class = classes
                .iter()
                .find(|class| class.prototype.strict_equals(&holder))?;
            Some(take(class).clone())
        })
    })
}

/// What is to be shown instead of an object; nothing if it is to be shown as it is. It runs only
/// code of the part, which reads private state and looks nothing up that a script could replace.
pub fn stand_in(object: &Value) -> Option<Value> {
    let describe = find(object, |class| &class.describe)?;
    if !describe.is_function() {
        return None;
    }
    // What only inherits from the prototype has no state: reading it throws.
    let shown = describe.call(&Value::UNDEFINED, std::slice::from_ref(object));
    shown.ok().filter(Value::is_object)
}

/// How an object of a class is cloned.
pub enum Cloning {
    /// It is no object of a class of the parts.
    Ordinary,
    /// Its class has no clones.
    Refused,
    /// Its clone.
    Done(Value),
}

/// Clones an object of a class of the parts.
pub fn clone(object: &Value) -> JsResult<Cloning> {
    Ok(match find(object, |class| &class.clone) {
        None => Cloning::Ordinary,
        Some(clone) if clone.tag() == Tag::Undefined => Cloning::Refused,
        Some(clone) => Cloning::Done(clone.call(&Value::UNDEFINED, std::slice::from_ref(object))?),
    })
}
