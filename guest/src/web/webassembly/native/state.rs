//! What the embedder is told, and what it tells.

use jsvm_protocol::webassembly::{self as protocol, Reader, Writer};
use wasmi::{F32, F64, Func, Nullable, Ref, RefType, Val, ValType};

use super::{Link, Status};
use crate::memory;
use crate::web::webassembly::entities;
use crate::web::webassembly::world::{World, entity_of};

/// A number as it crosses. Nothing else crosses.
pub fn to_bits(value: &Val) -> Option<u64> {
    Some(match value {
        Val::I32(number) => u64::from(number.cast_unsigned()),
        Val::I64(number) => number.cast_unsigned(),
        Val::F32(number) => u64::from(number.to_bits()),
        Val::F64(number) => number.to_bits(),
        _ => return None,
    })
}

/// A number of a type.
pub fn of_bits(bits: u64, ty: ValType) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32((bits as u32).cast_signed()),
        ValType::I64 => Val::I64(bits.cast_signed()),
        ValType::F32 => Val::F32(F32::from_bits(bits as u32)),
        ValType::F64 => Val::F64(F64::from_bits(bits)),
        _ => return None,
    })
}

fn type_byte(ty: ValType) -> Option<u8> {
    Some(match ty {
        ValType::I32 => protocol::I32,
        ValType::I64 => protocol::I64,
        ValType::F32 => protocol::F32,
        ValType::F64 => protocol::F64,
        _ => return None,
    })
}

/// Tells what a call needs. `None` if it cannot be told.
pub fn write(world: &mut World, writer: &mut Writer) -> Option<()> {
    let has_elements = world.native.has_new_elements;
    write_with(world, writer, has_elements, &[]).map(drop)
}

/// Tells of an instance. `None` if it cannot be told.
pub fn instantiate(world: &mut World, at: usize) -> Option<Writer> {
    let instance = &world.native.instances[at];
    let (bytes, imported) = (
        instance.module.as_ref()?.bytes.clone(),
        instance.imported.clone(),
    );
    // The message, which the host copies.
    if !memory::has_room(2 * bytes.len()) {
        return None;
    }
    let mut writer = Writer::new(protocol::INSTANTIATE);
    let functions = write_with(world, &mut writer, false, &imported)?;
    writer.u32(at as u32).bytes(&bytes).values(&functions);
    let instance = &world.native.instances[at];
    for numbers in [&instance.memories, &instance.tables, &instance.globals] {
        writer.u32(numbers.len() as u32);
        for number in numbers {
            writer.u32(*number);
        }
    }
    Some(writer)
}

/// Tells what is new, and returns what `functions` are to the embedder.
fn write_with(
    world: &mut World,
    writer: &mut Writer,
    has_elements: bool,
    functions: &[Func],
) -> Option<Vec<u64>> {
    write_memories(world, writer);
    write_globals(world, writer)?;
    let mut fresh = Vec::new();
    let mut named = Vec::with_capacity(functions.len());
    for function in functions {
        named.push(element(world, *function, &mut fresh)?);
    }
    // Before there is an instance, its tables must be there, but can have none of its functions.
    let tables = match world.native.has_new_elements {
        true => elements(world, has_elements, &mut fresh)?,
        false => Vec::new(),
    };
    writer.u32(fresh.len() as u32);
    for number in fresh {
        let function = world.functions[number as usize].clone();
        writer.u32(number);
        for types in [function.ty.params(), function.ty.results()] {
            writer.u32(types.len() as u32);
            for ty in types {
                writer.u8(type_byte(*ty)?);
            }
        }
    }
    writer.u32(tables.len() as u32);
    for (number, size, elements) in tables {
        writer
            .u32(number)
            .u32(size)
            .u8(u8::from(elements.is_some()));
        for element in elements.into_iter().flatten() {
            writer.u64(element);
        }
    }
    if has_elements {
        world.native.has_new_elements = false;
    }
    write_mutable(world, writer);
    Some(named)
}

fn write_memories(world: &mut World, writer: &mut Writer) {
    let World {
        store,
        memories,
        native,
        ..
    } = world;
    if !std::mem::take(&mut store.data_mut().has_moved) && native.places.len() == memories.len() {
        writer.u32(0);
        return;
    }
    native.places.resize(memories.len(), (usize::MAX, 0));
    let mut moved = Vec::new();
    for ((number, entry), place) in (0_u32..).zip(memories).zip(&mut native.places) {
        let found = entities::place_of(entry.memory, store);
        let found = (found.0 as usize, found.1);
        if found != *place {
            *place = found;
            moved.push((number, found));
        }
    }
    writer.u32(moved.len() as u32);
    for (number, (start, len)) in moved {
        writer.u32(number).u64(start as u64).u64(len as u64);
    }
}

fn write_globals(world: &mut World, writer: &mut Writer) -> Option<()> {
    let World {
        store,
        globals,
        native,
        ..
    } = world;
    let mut fresh = Vec::new();
    for (number, global) in (0_u32..).zip(globals.iter()).skip(native.globals) {
        let ty = global.ty(&*store);
        if let Some(byte) = type_byte(ty.content()) {
            fresh.push((number, byte, ty.mutability().is_mut(), global.get(&*store)));
        }
    }
    native.globals = globals.len();
    writer.u32(fresh.len() as u32);
    for (number, ty, is_mutable, value) in fresh {
        writer
            .u32(number)
            .u8(ty)
            .u8(u8::from(is_mutable))
            .u64(to_bits(&value)?);
        if is_mutable {
            native.mutable.push(number);
        }
    }
    Some(())
}

fn write_mutable(world: &World, writer: &mut Writer) {
    writer.u32(world.native.mutable.len() as u32);
    for number in &world.native.mutable {
        let value = world.globals[*number as usize].get(&world.store);
        writer.u64(to_bits(&value).unwrap_or(0));
    }
}

type Told = (u32, u32, Option<Vec<u64>>);

/// All tables of functions.
fn elements(world: &mut World, has_elements: bool, fresh: &mut Vec<u32>) -> Option<Vec<Told>> {
    let mut told = Vec::new();
    for number in 0..world.tables.len() {
        let table = world.tables[number];
        if table.ty(&world.store).element() != RefType::Func {
            continue;
        }
        let size = table.size(&world.store);
        let mut list = None;
        if has_elements {
            let mut elements = Vec::with_capacity(size as usize);
            for index in 0..size {
                elements.push(match table.get(&world.store, index) {
                    Some(Ref::Func(Nullable::Val(function))) => element(world, function, fresh)?,
                    _ => protocol::NULL,
                });
            }
            list = Some(elements);
        }
        told.push((number as u32, size as u32, list));
    }
    Some(told)
}

/// What a function is to the embedder. `None` if it is nothing that can be told.
fn element(world: &mut World, function: Func, fresh: &mut Vec<u32>) -> Option<u64> {
    let entity = entity_of(&function);
    let natives = &world.native;
    if let Some(at) = natives.instance_of(entity)
        && let instance = &natives.instances[at]
        && instance.status == Status::Known
    {
        let index = entity - instance.first + instance.imported.len() as u32;
        return Some(protocol::function_of(at as u32, index));
    }
    let ty = function.ty(&world.store);
    let mut types = ty.params().iter().chain(ty.results());
    if !types.all(|ty| type_byte(*ty).is_some()) {
        world.native.link = Link::Off;
        return None;
    }
    let number = world.register(function, ty, None);
    if world.native.functions.insert(number) {
        fresh.push(number);
    }
    Some(protocol::OF_THE_VM | u64::from(number))
}

/// Takes the values of global variables.
pub fn arrive(world: &mut World, reader: &mut Reader<'_>) -> Option<()> {
    let values = reader.values()?;
    let World {
        store,
        globals,
        native,
        ..
    } = world;
    // An embedder that has lost everything sends none.
    if values.len() == native.mutable.len() {
        for (number, bits) in native.mutable.iter().zip(values) {
            let global = globals[*number as usize];
            let value = of_bits(bits, global.ty(&*store).content())?;
            let _ = global.set(&mut *store, value);
        }
    }
    entities::refresh(world);
    Some(())
}
