//! Makes JavaScript values of values of the canonical ABI.
//!
//! Memory that the other side of the call allocated for texts and lists is freed.
#![allow(unsafe_code)]

use jsvm_abi::{Type, TypeId};

use super::described::Described;
use super::place::{Block, Place};
use super::{hooks, resource, scalar};
use crate::js::{JsResult, Property, Value, ViewKind};
use crate::realm::intrinsics;

/// Makes a JavaScript value.
pub fn lift(world: &'static Described, ty: TypeId, place: Place) -> JsResult<Value> {
    if let Some(value) = scalar::lift(world.ty(ty), place)? {
        return Ok(value);
    }
    match world.ty(ty) {
        Type::String => text(place),
        Type::List(inner) => list(world, *inner, place),
        Type::FixedList(inner, len) => fixed(world, *inner, *len as usize, place),
        Type::Map(key, value) => map(world, [*key, *value], place),
        Type::Tuple(types) => Value::array_of(parts(world, types.iter().copied(), place)?),
        Type::Record(fields) => {
            let types = fields.iter().map(|field| field.ty);
            record(world, ty, types, place, &Value::UNDEFINED)
        }
        Type::Variant(cases) => {
            let case = discriminant(world, ty, place, cases.len())?;
            tagged(world, ty, case, cases[case].ty, place)
        }
        Type::Enum(names) => {
            let case = discriminant(world, ty, place, names.len())?;
            Ok(world.names(ty).texts[case].clone())
        }
        Type::Flags(_) => flags(world, ty, place),
        Type::Option(inner) => {
            let case = discriminant(world, ty, place, 2)?;
            if world.is_option(*inner) {
                return tagged(world, ty, case, (case == 1).then_some(*inner), place);
            }
            match case {
                0 => Ok(Value::UNDEFINED),
                _ => lift(world, *inner, payload(world, ty, place)),
            }
        }
        Type::Result(ok, error) => {
            let case = discriminant(world, ty, place, 2)?;
            let inner = if case == 0 { ok } else { error };
            tagged(world, ty, case, *inner, place)
        }
        Type::Own(of) => resource::lift_own(world, *of, place.u32()),
        Type::Borrow(of) => resource::lift_borrow(world, *of, place.u32()),
        Type::Future(..) | Type::Stream(..) => (hooks::needed()?.lift)(world, ty, place.u32()),
        // `scalar` has had the others.
        _ => Ok(Value::UNDEFINED),
    }
}

/// The number of the case of a variant.
pub fn discriminant(world: &Described, ty: TypeId, place: Place, cases: usize) -> JsResult<usize> {
    let case = place.small(world.layout(ty).discriminant) as usize;
    // The canonical ABI traps before a wrong number gets here.
    match case < cases {
        true => Ok(case),
        false => Err(crate::js::Thrown::type_error("a variant has no such case")),
    }
}

/// The place of the payload of a variant.
pub fn payload(world: &Described, ty: TypeId, place: Place) -> Place {
    place.part(world.layout(ty).payload, 1)
}

fn tagged(
    world: &'static Described,
    ty: TypeId,
    case: usize,
    inner: Option<TypeId>,
    place: Place,
) -> JsResult<Value> {
    let object = Value::object()?;
    let tag = world.names(ty).texts[case].clone();
    object.define(&world.tag, tag, Property::PLAIN)?;
    if let Some(inner) = inner {
        let value = lift(world, inner, payload(world, ty, place))?;
        object.define(&world.val, value, Property::PLAIN)?;
    }
    Ok(object)
}

fn parts(
    world: &'static Described,
    types: impl Iterator<Item = TypeId>,
    place: Place,
) -> JsResult<Vec<Value>> {
    let mut slots = 0;
    let places = world.layouts().fields(types).map(|(offset, ty)| {
        let part = place.part(offset, slots);
        if place.is_flat() {
            slots += world.layout(ty).flat.as_ref().map_or(0, Vec::len);
        }
        lift(world, ty, part)
    });
    places.collect()
}

/// `like` is an object of the same type, if there is one.
fn record(
    world: &'static Described,
    ty: TypeId,
    types: impl Iterator<Item = TypeId>,
    place: Place,
    like: &Value,
) -> JsResult<Value> {
    let mut values = parts(world, types, place)?;
    Value::object_of(&world.names(ty).atoms, values.drain(..), like)
}

fn flags(world: &Described, ty: TypeId, place: Place) -> JsResult<Value> {
    let bits = place.small(world.layout(ty).size);
    let keys = &world.names(ty).atoms;
    let mut values: Vec<_> = (0..keys.len())
        .map(|bit| Value::boolean(bits >> bit & 1 != 0))
        .collect();
    Value::object_of(keys, values.drain(..), &Value::UNDEFINED)
}

fn text(place: Place) -> JsResult<Value> {
    let (address, len) = place.pair();
    // SAFETY: the ABI has allocated the text, and gives it to this side.
    let block = unsafe { Block::taken(address, len, 1) };
    // SAFETY: it is freed below.
    let bytes = unsafe { block.bytes() };
    let value = match bytes.is_ascii() {
        true => Value::latin1(bytes),
        // The ABI gives nothing but UTF-8.
        false => Value::text(&String::from_utf8_lossy(bytes)),
    };
    // SAFETY: the bytes were copied.
    unsafe { block.free() };
    value
}

fn list(world: &'static Described, inner: TypeId, place: Place) -> JsResult<Value> {
    let (address, len) = place.pair();
    let layout = world.layout(inner);
    let size = layout.size as usize * len;
    // SAFETY: as in `text`.
    let block = unsafe { Block::taken(address, size, layout.align) };
    match world.view(inner) {
        Some(ViewKind::Uint8) => {
            // SAFETY: bytes have an alignment of 1, and the vector is given on.
            let bytes = unsafe { block.into_vec() };
            Value::typed_array(ViewKind::Uint8, &[Value::array_buffer_of(bytes)?])
        }
        Some(kind) => {
            // SAFETY: it is freed afterwards.
            let buffer = Value::array_buffer(unsafe { block.bytes() });
            // SAFETY: the bytes were copied.
            unsafe { block.free() };
            Value::typed_array(kind, &[buffer?])
        }
        None => {
            let list = elements(world, inner, len, block.place());
            // SAFETY: the elements were lifted.
            unsafe { block.free() };
            list
        }
    }
}

fn fixed(world: &'static Described, inner: TypeId, len: usize, place: Place) -> JsResult<Value> {
    let layout = world.layout(inner);
    let Some(kind) = world.view(inner) else {
        return elements(world, inner, len, place);
    };
    let mut bytes = Vec::new();
    for index in 0..len {
        let part = place.part(layout.size * index as u32, index);
        match layout.size {
            1 => bytes.extend(part.read::<1>()),
            2 => bytes.extend(part.read::<2>()),
            4 => bytes.extend(part.read::<4>()),
            _ => bytes.extend(part.read::<8>()),
        }
    }
    Value::typed_array(kind, &[Value::array_buffer_of(bytes)?])
}

/// An array of values that follow each other.
fn elements(world: &'static Described, inner: TypeId, len: usize, place: Place) -> JsResult<Value> {
    let layout = world.layout(inner);
    let slots = match place.is_flat() {
        true => layout.flat.as_ref().map_or(0, Vec::len),
        false => 0,
    };
    let nothing = Value::UNDEFINED;
    let mut values: Vec<Value> = Vec::new();
    for index in 0..len {
        let part = place.part(layout.size * index as u32, slots * index);
        let value = match world.ty(inner) {
            // Each but the first is made like the one before, which is faster.
            Type::Record(fields) => {
                let types = fields.iter().map(|field| field.ty);
                let like = values.last().unwrap_or(&nothing);
                record(world, inner, types, part, like)?
            }
            _ => lift(world, inner, part)?,
        };
        values.push(value);
    }
    Value::array_from(values.drain(..))
}

fn map(world: &'static Described, [key, value]: [TypeId; 2], place: Place) -> JsResult<Value> {
    let (address, len) = place.pair();
    let (size, align, offset) = entry(world, [key, value]);
    // SAFETY: as in `text`.
    let block = unsafe { Block::taken(address, size as usize * len, align) };
    let made = intrinsics().new_map()?;
    let filled = (0..len).try_for_each(|index| {
        let entry = block.place().part(size * index as u32, 0);
        let key = lift(world, key, entry)?;
        let value = lift(world, value, entry.part(offset, 0))?;
        intrinsics().map_set(&made, key, value)
    });
    // SAFETY: the entries were lifted.
    unsafe { block.free() };
    filled.map(|()| made)
}

/// Size and alignment of a map's entries, and the offset of the values: an entry is a tuple.
pub fn entry(world: &Described, [key, value]: [TypeId; 2]) -> (u32, u32, u32) {
    let (key, value) = (world.layout(key), world.layout(value));
    let align = key.align.max(value.align);
    let offset = key.size.next_multiple_of(value.align);
    ((offset + value.size).next_multiple_of(align), align, offset)
}
