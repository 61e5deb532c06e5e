//! Classes of resources that other components implement.

use std::cell::RefCell;

use jsvm_abi::{Item, ItemKind, Member, MemberKind};

use super::described::Described;
use super::{import, resource};
use crate::js::{self, Atom, JsResult, Key, Property, Thrown, Value};

/// Makes a class whose instances `construct` makes, so that scripts can extend it.
const CLASS: &str = r"return (name, construct) => ({ [name]: class {
    constructor(...args) { return construct(new.target, ...args); }
} })[name]";

thread_local! {
    /// The classes that were made, by the index of the resource.
    static CLASSES: RefCell<Vec<Option<Value>>> = const { RefCell::new(Vec::new()) };
}

/// Makes the function that makes classes. It is compiled here, when the world is defined: a built file may
/// have no compiler.
pub fn maker() -> JsResult<Value> {
    js::compile_function(CLASS, "", "<class>")?.call(&Value::UNDEFINED, &[])
}

/// The class of a resource. It is made when it is first needed.
pub fn of(world: &'static Described, of: u32) -> JsResult<Value> {
    let known = CLASSES.with_borrow(|classes| classes.get(of as usize)?.clone());
    if let Some(class) = known {
        return Ok(class);
    }
    let class = make(world, of)?;
    CLASSES.with_borrow_mut(|classes| {
        if classes.len() <= of as usize {
            classes.resize(of as usize + 1, None);
        }
        classes[of as usize] = Some(class.clone());
    });
    Ok(class)
}

/// The prototype of the class of a resource.
pub fn prototype(world: &'static Described, of: u32) -> JsResult<Value> {
    self::of(world, of)?.get("prototype")
}

fn make(world: &'static Described, of: u32) -> JsResult<Value> {
    let name = &world.world.resources[of as usize].name;
    let members = members(world, of);
    let is_constructor = |member: &&Member| member.kind == MemberKind::Constructor;
    let constructor = members.iter().find(is_constructor);
    let import = constructor.map_or(Value::UNDEFINED, |member| {
        Value::number(member.import.into())
    });
    let construct = js::function(name, 0, &[import], construct)?;
    let class = world
        .class_maker
        .call(&Value::UNDEFINED, &[Value::text(name)?, construct])?;
    let length = constructor.map_or(0, |member| import::length(world, member.import));
    class.define("length", Value::number(length.into()), Property::READ_ONLY)?;
    let prototype = class.get("prototype")?;
    for member in members {
        match member.kind {
            MemberKind::Constructor => {}
            MemberKind::Method => {
                let method = import::method(world, &member.name, member.import)?;
                prototype.define(&*member.name, method, Property::HIDDEN)?;
            }
            MemberKind::Static => {
                let function = import::function(world, member.import)?;
                class.define(&*member.name, function, Property::HIDDEN)?;
            }
        }
    }
    let dispose = js::function("[Symbol.dispose]", 0, &[], |call| {
        resource::release(call.this)?;
        Ok(Value::UNDEFINED)
    })?;
    let symbol: Atom = Key::Value(&resource::dispose_symbol()?).to_atom()?;
    prototype.define(&symbol, dispose, Property::HIDDEN)?;
    Ok(class)
}

/// The members of a class in the module that exports it.
fn members(world: &'static Described, of: u32) -> &'static [Member] {
    let mut items = world.world.modules.iter().flat_map(|module| &module.items);
    let found = items.find_map(|Item { kind, .. }| match kind {
        ItemKind::Class(resource, members) if *resource == of => Some(&**members),
        _ => None,
    });
    found.unwrap_or_default()
}

/// `new Class(...)`: the arguments are `new.target` and those of the constructor.
fn construct(call: js::Call<'_>) -> JsResult<Value> {
    let (target, args) = match call.args {
        [target, args @ ..] => (target, args),
        [] => return Err(Thrown::type_error("a class is called by new")),
    };
    let Some(import) = call.data[0].as_number() else {
        return Err(Thrown::type_error(
            "the resource has no constructor: its interface has functions that return one",
        ));
    };
    let instance = import::invoke(import::world()?, import as u32, args, false)?;
    // A class that extends this one has a prototype of its own.
    instance.set_prototype(&target.get("prototype")?)?;
    Ok(instance)
}
