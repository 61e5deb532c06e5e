//! Memories, tables and global variables.

use wasmi::{
    Global, Memory, MemoryType, Mutability, RefType, Store, Table, TableType, Val, ValType,
};

use super::convert::{name_of, ref_to_js, to_js, to_ref, to_wasm, type_named};
use super::world::{self, MemoryEntry, Shared, World, illegal, number};
use crate::js::{Call, JsResult, Thrown, Value};

fn as_number(value: u32) -> Value {
    Value::number(f64::from(value))
}

/// A limit, which `undefined` leaves open.
fn maximum(value: &Value) -> Option<u32> {
    value.as_number().map(|number| number as u32)
}

/// `newMemory(initial, maximum)`: nothing if there is no room.
pub fn new_memory(call: Call<'_>) -> JsResult<Value> {
    let ty = MemoryType::new(number(&call.arg(0)), maximum(&call.arg(1)));
    world::with(|world| match Memory::new(&mut world.store, ty) {
        Ok(memory) => as_number(world.memory(memory)),
        Err(_) => Value::UNDEFINED,
    })
}

/// The memory of an argument, with the store.
fn memory<'a>(
    world: &'a mut World,
    call: Call<'_>,
) -> JsResult<(&'a mut Store<Shared>, &'a mut MemoryEntry)> {
    let entry = world.memories.get_mut(number(&call.arg(0)) as usize);
    Ok((&mut world.store, entry.ok_or_else(illegal)?))
}

/// Where the bytes of a memory are, and how many.
pub fn place_of(memory: Memory, store: &Store<Shared>) -> (*mut u8, usize) {
    (memory.data_ptr(store), memory.data_size(store))
}

/// `memoryBuffer(memory)`: the memory itself, not a copy.
pub fn memory_buffer(call: Call<'_>) -> JsResult<Value> {
    world::with(|world| {
        let (store, entry) = memory(world, call)?;
        if let Some(buffer) = &entry.buffer {
            return Ok(buffer.clone());
        }
        let (start, len) = place_of(entry.memory, store);
        let buffer = Value::memory_buffer(start, len)?;
        entry.buffer = Some(buffer.clone());
        entry.place = (start as usize, len);
        Ok(buffer)
    })?
}

/// `growMemory(memory, pages)`: how many there were, or -1. The buffer is another afterwards.
pub fn grow_memory(call: Call<'_>) -> JsResult<Value> {
    world::with(|world| {
        let (store, entry) = memory(world, call)?;
        let before = entry.memory.grow(store, u64::from(number(&call.arg(1))));
        let Ok(before) = before else {
            return Ok(Value::number(-1.0));
        };
        if let Some(buffer) = entry.buffer.take() {
            buffer.detach_buffer();
        }
        refresh(world);
        Ok(Value::number(before as f64))
    })?
}

/// Detaches the buffers of memories that a module has grown. Call it before JavaScript runs.
pub fn refresh(world: &mut World) {
    if !std::mem::take(&mut world.store.data_mut().has_grown) {
        return;
    }
    let World {
        store, memories, ..
    } = world;
    for entry in memories.iter_mut().filter(|entry| entry.buffer.is_some()) {
        let (start, len) = place_of(entry.memory, store);
        if (start as usize, len) != entry.place
            && let Some(buffer) = entry.buffer.take()
        {
            buffer.detach_buffer();
        }
    }
}

fn element_type(name: &Value) -> JsResult<RefType> {
    Ok(match &*name.to_lossy()? {
        "externref" => RefType::Extern,
        _ => RefType::Func,
    })
}

/// `newTable(element, initial, maximum, value)`: nothing if there is no room.
pub fn new_table(call: Call<'_>) -> JsResult<Value> {
    let element = element_type(&call.arg(0))?;
    let init = to_ref(&call.arg(3), element)?;
    let ty = TableType::new(element, number(&call.arg(1)), maximum(&call.arg(2)));
    world::with(|world| match Table::new(&mut world.store, ty, init) {
        Ok(table) => {
            world.native.elements_changed();
            as_number(world.table(table))
        }
        Err(_) => Value::UNDEFINED,
    })
}

/// A table and what it holds.
fn table(call: Call<'_>) -> JsResult<(Table, RefType)> {
    world::with(|world| {
        let table = world.tables.get(number(&call.arg(0)) as usize);
        let table = *table.ok_or_else(illegal)?;
        Ok((table, table.ty(&world.store).element()))
    })?
}

/// `tableLength(table)`
pub fn table_length(call: Call<'_>) -> JsResult<Value> {
    let (table, _) = table(call)?;
    world::with(|world| Value::number(table.size(&world.store) as f64))
}

fn outside() -> Thrown {
    Thrown::range_error("the index is outside of the table")
}

/// `tableGet(table, index)`
pub fn table_get(call: Call<'_>) -> JsResult<Value> {
    let (table, _) = table(call)?;
    let index = u64::from(number(&call.arg(1)));
    let found = world::with(|world| table.get(&world.store, index))?;
    ref_to_js(found.ok_or_else(outside)?)
}

/// `tableSet(table, index, value)`
pub fn table_set(call: Call<'_>) -> JsResult<Value> {
    let (table, element) = table(call)?;
    let value = to_ref(&call.arg(2), element)?;
    let index = u64::from(number(&call.arg(1)));
    world::with(|world| {
        world.native.elements_changed();
        table.set(&mut world.store, index, value)
    })?
    .map_err(|_| outside())?;
    Ok(Value::UNDEFINED)
}

/// `tableGrow(table, count, value)`: how many there were, or -1.
pub fn table_grow(call: Call<'_>) -> JsResult<Value> {
    let (table, element) = table(call)?;
    let value = to_ref(&call.arg(2), element)?;
    let count = u64::from(number(&call.arg(1)));
    let before = world::with(|world| {
        world.native.elements_changed();
        table.grow(&mut world.store, count, value)
    })?;
    Ok(Value::number(before.map_or(-1.0, |before| before as f64)))
}

/// `newGlobal(type, mutable, value)`: `undefined` is the type's default, but for `externref`.
pub fn new_global(call: Call<'_>) -> JsResult<Value> {
    let ty = type_named(&call.arg(0).to_lossy()?).ok_or_else(illegal)?;
    let mutability = match call.arg(1).to_boolean() {
        true => Mutability::Var,
        false => Mutability::Const,
    };
    let given = call.arg(2);
    let value = match given.is_undefined() && ty != ValType::ExternRef {
        true => Val::default_for_ty(ty),
        false => to_wasm(&given, ty)?,
    };
    world::with(|world| {
        let global = Global::new(&mut world.store, value, mutability);
        as_number(world.global(global))
    })
}

fn global(call: Call<'_>) -> JsResult<Global> {
    world::with(|world| world.globals.get(number(&call.arg(0)) as usize).copied())?
        .ok_or_else(illegal)
}

/// `globalType(global)`: `[type, mutable]`
pub fn global_type(call: Call<'_>) -> JsResult<Value> {
    let global = global(call)?;
    let ty = world::with(|world| global.ty(&world.store))?;
    Value::array_of(vec![
        Value::text(name_of(ty.content()))?,
        Value::boolean(ty.mutability().is_mut()),
    ])
}

/// `globalGet(global)`
pub fn global_get(call: Call<'_>) -> JsResult<Value> {
    let global = global(call)?;
    to_js(&world::with(|world| global.get(&world.store))?)
}

/// `globalSet(global, value)`, of one that is mutable.
pub fn global_set(call: Call<'_>) -> JsResult<Value> {
    let global = global(call)?;
    let ty = world::with(|world| global.ty(&world.store))?;
    let value = to_wasm(&call.arg(1), ty.content())?;
    world::with(|world| global.set(&mut world.store, value))?
        .map_err(|_| Thrown::type_error("the global is immutable"))?;
    Ok(Value::UNDEFINED)
}

/// `tableElement(table)`: the type of its elements.
pub fn table_element(call: Call<'_>) -> JsResult<Value> {
    let (_, element) = table(call)?;
    Value::text(match element {
        RefType::Func => "anyfunc",
        RefType::Extern => "externref",
    })
}
