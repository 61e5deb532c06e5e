//! Calls of functions that the world imports.
#![allow(unsafe_code)]

use jsvm_abi::{Callee, Function, Type, TypeId};
use jsvm_data::ErrorClass;

use super::adapter::{self, MAX_SLOTS, Slots};
use super::described::{Described, described};
use super::fault::Fault;
use super::lift::{discriminant, lift, payload};
use super::lower::{Lowering, sizes};
use super::place::{Block, Place};
use super::{export, hooks, parent, resource};
use crate::js::{self, Call, JsResult, Property, Tag, Thrown, Value};
use crate::realm::intrinsics;

/// The name of the error that is thrown for the error case of a `result`.
const COMPONENT_ERROR: &str = "ComponentError";

/// The world of the VM, of which an import is called.
pub fn world() -> JsResult<&'static Described> {
    described().ok_or_else(|| Thrown::error("the VM has no world"))
}

/// How many arguments a function takes.
pub fn length(world: &Described, import: u32) -> u32 {
    world
        .imported(import)
        .map_or(0, |function| function.parameters.len() as u32)
}

/// Makes a JavaScript function of an import.
pub fn function(world: &Described, import: u32) -> JsResult<Value> {
    let data = [Value::number(import.into())];
    let function = world.imported(import);
    let name = function.map_or("", |function| &function.name);
    js::function(name, length(world, import), &data, |call| {
        invoke(world_of(call)?, import_of(call), call.args, false)
    })
}

/// Makes a method of an import, whose first parameter is what it is called on.
pub fn method(world: &Described, name: &str, import: u32) -> JsResult<Value> {
    let length = length(world, import).saturating_sub(1);
    js::function(name, length, &[Value::number(import.into())], |call| {
        let mut args = Vec::with_capacity(call.args.len() + 1);
        args.push(call.this.clone());
        args.extend_from_slice(call.args);
        invoke(world_of(call)?, import_of(call), &args, true)
    })
}

fn world_of(_: Call<'_>) -> JsResult<&'static Described> {
    world()
}

fn import_of(call: Call<'_>) -> u32 {
    call.data[0].as_number().unwrap_or_default() as u32
}

/// Calls an import. A `result` is returned or thrown.
pub fn invoke(
    world: &'static Described,
    import: u32,
    args: &[Value],
    has_receiver: bool,
) -> JsResult<Value> {
    let function = callee(world, import)?;
    if function.is_async {
        return (hooks::needed()?.call)(world, import, function, args, has_receiver);
    }
    let returned = pass(world, import, function, args, has_receiver)?;
    let Some(ty) = function.result else {
        return Ok(Value::UNDEFINED);
    };
    let result = parent::lifting(world, function, args, || {
        outcome(world, ty, returned.place())
    });
    returned.free();
    result
}

fn callee(world: &'static Described, import: u32) -> JsResult<&'static Function> {
    let import = world.world.imports.get(import as usize);
    match import {
        Some(import) if !export::is_running() => Err(Thrown::error(&format!(
            "{} cannot be called while the program is built: call it in a function that the \
             component exports",
            import.name
        ))),
        Some(import) => match &import.callee {
            Callee::Function(function) => Ok(function),
            _ => Err(Thrown::error("the import is no function")),
        },
        None => Err(Thrown::error("there is no such import")),
    }
}

/// What an import returned.
struct Returned {
    slots: Box<Slots>,
    /// Where the result is, if it is in memory.
    block: Option<Block>,
}

impl Returned {
    fn place(&self) -> Place {
        match self.block {
            Some(block) => block.place(),
            // SAFETY: the slots are used as long as this is there.
            None => unsafe { Place::in_slots(self.slots.as_ptr() as usize) },
        }
    }

    fn free(self) {
        if let Some(block) = self.block {
            // SAFETY: the result was lifted, and nobody else has the block.
            unsafe { block.free() };
        }
    }
}

/// Passes the arguments, and calls.
fn pass(
    world: &'static Described,
    import: u32,
    function: &Function,
    args: &[Value],
    has_receiver: bool,
) -> JsResult<Returned> {
    resource::drop_collected();
    let signature = world.import_signature(import);
    let mut slots: Box<Slots> = Box::new([0; MAX_SLOTS]);
    // SAFETY: the slots outlive the call.
    let place = unsafe { Place::in_slots(slots.as_mut_ptr() as usize) };
    let mut lowering = Lowering::new(world);
    let lowered = lowering.arguments(function, signature, args, place);
    let block = lowered.and_then(|()| {
        if !signature.has_result_in_memory {
            return Ok(None);
        }
        let (size, align) = sizes(world, function.result.into_iter());
        let block = Block::new(size, align).ok_or_else(|| (0, Fault::no_memory()))?;
        let last = place.part(0, signature.parameters.len() - 1);
        last.set_u32(block.address() as u32);
        Ok(Some(block))
    });
    // No JavaScript runs from here on until the import has read the arguments.
    let block = block.and_then(|block| match lowering.finish() {
        Ok(()) => Ok(block),
        Err(fault) => {
            if let Some(block) = block {
                // SAFETY: nobody was told of it.
                unsafe { block.free() };
            }
            Err((0, fault))
        }
    });
    let block = match block {
        Ok(block) => block,
        Err((index, fault)) => {
            std::mem::take(&mut lowering.given).end();
            // SAFETY: nothing was passed.
            unsafe { lowering.free() };
            return Err(unfit(function, index, fault, has_receiver));
        }
    };
    lowering.given.pass();
    // SAFETY: the slots are those of the import.
    unsafe { adapter::call(import, &mut slots) };
    std::mem::take(&mut lowering.given).end();
    // SAFETY: the import has returned, so it has read the arguments.
    unsafe { lowering.free() };
    Ok(Returned { slots, block })
}

/// The error of an argument that does not fit, by its index.
pub fn unfit(function: &Function, index: usize, fault: Fault, has_receiver: bool) -> Thrown {
    match (index, has_receiver) {
        (0, true) => fault.in_result("this"),
        _ => {
            let number = index + usize::from(!has_receiver);
            // The first argument is at fault if there is no memory for any.
            let name = function.parameters.get(index).map(|it| &*it.name);
            fault.in_argument(number, name.unwrap_or_default())
        }
    }
}

/// The result of a function. A `result` is returned or thrown.
pub fn outcome(world: &'static Described, ty: TypeId, place: Place) -> JsResult<Value> {
    let Type::Result(ok, error) = world.ty(ty) else {
        return lift(world, ty, place);
    };
    let is_error = discriminant(world, ty, place, 2)? == 1;
    let inner = if is_error { error } else { ok };
    let value = match inner {
        Some(inner) => lift(world, *inner, payload(world, ty, place))?,
        None => Value::UNDEFINED,
    };
    match is_error {
        true => Err(component_error(world, value, error.is_some())?),
        false => Ok(value),
    }
}

/// The error that is thrown for the error case of a `result`.
fn component_error(world: &Described, payload: Value, has_payload: bool) -> JsResult<Thrown> {
    let message = message(world, &payload, has_payload)?;
    let error = intrinsics().error(ErrorClass::Error)?;
    error.define("name", Value::text(COMPONENT_ERROR)?, Property::HIDDEN)?;
    error.define("message", Value::text(&message)?, Property::HIDDEN)?;
    error.define(&world.payload, payload, Property::PLAIN)?;
    Ok(Thrown(error))
}

fn message(world: &Described, payload: &Value, has_payload: bool) -> JsResult<String> {
    let text = |value: &Value| match value.tag() {
        Tag::String => value.to_lossy().map(Some),
        _ => Ok(None),
    };
    if let Some(text) = text(payload)? {
        return Ok(text);
    }
    if payload.is_object()
        && let Some(tag) = text(&payload.get(&world.tag)?)?
    {
        let inner = payload.get(&world.val)?;
        return Ok(match text(&inner)? {
            Some(inner) => format!("{tag}: {inner}"),
            None if inner.is_undefined() => tag,
            None => format!("{tag} (see error.payload)"),
        });
    }
    Ok(match has_payload {
        true => "the component returned an error (see error.payload)".to_owned(),
        false => "the component returned an error".to_owned(),
    })
}
