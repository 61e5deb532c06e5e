//! What a VM has told of its modules.
//!
//! Everything is named by the numbers of the VM. Nothing of what a VM says is believed: its memory may be forged.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use jsvm_protocol::webassembly::{self as protocol, Reader};
use wasmtime::{
    Engine, Extern, Func, FuncType, Global, GlobalType, Instance, Memory, Mutability, Ref, RefType,
    StoreContextMut, Table, TableType, Val, ValType,
};

use crate::compiler::Compiler;
use crate::machine::{self, Desk};
use crate::place::{self, Place};
use crate::rewrite;

/// A message that a VM would not send.
#[derive(Debug, thiserror::Error)]
#[error("the message of the VM is malformed")]
pub struct Malformed;

/// The store of a VM's modules, while nothing runs or an imported function does.
pub type Context<'a> = StoreContextMut<'a, World>;

/// The most elements of a table.
const MAX_TABLE: u32 = 10_000_000;

/// The data of the store.
pub struct World {
    pub compiler: Arc<Compiler>,
    pub desk: Arc<Desk>,
    /// The VM's memory: addresses of this process.
    pub vm: Range<usize>,
    /// How many runs wait for the VM.
    pub depth: u32,
    memories: HashMap<u32, (Memory, Arc<Place>)>,
    tables: HashMap<u32, Table>,
    globals: HashMap<u32, Global>,
    mutable: Vec<Global>,
    functions: HashMap<u32, Func>,
    instances: HashMap<u32, Known>,
}

/// An instance.
struct Known {
    instance: Instance,
    functions: HashMap<u32, Func>,
}

impl World {
    pub fn new(compiler: Arc<Compiler>, desk: Arc<Desk>) -> Self {
        World {
            compiler,
            desk,
            vm: 0..0,
            depth: 0,
            memories: HashMap::new(),
            tables: HashMap::new(),
            globals: HashMap::new(),
            mutable: Vec::new(),
            functions: HashMap::new(),
            instances: HashMap::new(),
        }
    }

    fn engine(&self) -> &Engine {
        &self.compiler.engine
    }
}

/// Reads what the VM tells before each run.
pub async fn read_state(store: &mut Context<'_>, reader: &mut Reader<'_>) -> wasmtime::Result<()> {
    for _ in 0..reader.count(20).ok_or(Malformed)? {
        read_memory(store, reader).await?;
    }
    for _ in 0..reader.count(14).ok_or(Malformed)? {
        read_global(store, reader)?;
    }
    for _ in 0..reader.count(12).ok_or(Malformed)? {
        let number = reader.u32().ok_or(Malformed)?;
        let engine = store.data().engine();
        let ty = FuncType::new(engine, read_types(reader)?, read_types(reader)?);
        let function = machine::function_of_vm(&mut *store, number, ty);
        store.data_mut().functions.insert(number, function);
    }
    for _ in 0..reader.count(9).ok_or(Malformed)? {
        read_table(store, reader)?;
    }
    read_globals(store, reader)
}

fn read_types(reader: &mut Reader<'_>) -> Result<Vec<ValType>, Malformed> {
    let count = reader.count(1).ok_or(Malformed)?;
    let types = (0..count).map(|_| reader.u8().and_then(type_of));
    types.collect::<Option<_>>().ok_or(Malformed)
}

fn type_of(byte: u8) -> Option<ValType> {
    Some(match byte {
        protocol::I32 => ValType::I32,
        protocol::I64 => ValType::I64,
        protocol::F32 => ValType::F32,
        protocol::F64 => ValType::F64,
        _ => return None,
    })
}

/// A value as it crosses.
pub fn to_bits(value: &Val) -> u64 {
    match value {
        Val::I32(number) => u64::from(number.cast_unsigned()),
        Val::I64(number) => number.cast_unsigned(),
        Val::F32(bits) => u64::from(*bits),
        Val::F64(bits) => *bits,
        _ => 0,
    }
}

/// A value of a type that crosses.
pub fn of_bits(bits: u64, ty: &ValType) -> Val {
    match ty {
        ValType::I64 => Val::I64(bits.cast_signed()),
        ValType::F32 => Val::F32(bits as u32),
        ValType::F64 => Val::F64(bits),
        _ => Val::I32((bits as u32).cast_signed()),
    }
}

async fn read_memory(store: &mut Context<'_>, reader: &mut Reader<'_>) -> wasmtime::Result<()> {
    let number = reader.u32().ok_or(Malformed)?;
    let address = reader.u64().ok_or(Malformed)?;
    let len = reader.u64().ok_or(Malformed)?;
    let vm = store.data().vm.clone();
    let found = within(&vm, address, len).ok_or(Malformed)?;
    let known = store.data().memories.get(&number);
    let (memory, place) = match known {
        Some((memory, place)) => (*memory, place.clone()),
        None => {
            let place = Arc::new(Place::default());
            place::set_next(place.clone());
            let module = store.data().compiler.memory.clone();
            let instance = Instance::new_async(&mut *store, &module, &[]).await?;
            let memory = instance.get_memory(&mut *store, "0").ok_or(Malformed)?;
            let entry = (memory, place.clone());
            store.data_mut().memories.insert(number, entry);
            (memory, place)
        }
    };
    let before = memory.data_size(&*store);
    let more = found.len().checked_sub(before).ok_or(Malformed)?;
    if more == 0 && before > 0 && found.start != place.start() {
        // It moves only when it grows, which tells the code the new address.
        return Err(Malformed.into());
    }
    place.set(&found);
    memory.grow_async(&mut *store, (more / PAGE) as u64).await?;
    Ok(())
}

/// A piece of the VM's memory.
fn within(vm: &Range<usize>, address: u64, len: u64) -> Option<Range<usize>> {
    let start = vm.start.checked_add(usize::try_from(address).ok()?)?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    (end <= vm.end).then_some(start..end)
}

/// Bytes of a page.
const PAGE: usize = 64 << 10;

fn read_global(store: &mut Context<'_>, reader: &mut Reader<'_>) -> wasmtime::Result<()> {
    let number = reader.u32().ok_or(Malformed)?;
    let ty = reader.u8().and_then(type_of).ok_or(Malformed)?;
    let mutability = match reader.u8().ok_or(Malformed)? {
        0 => Mutability::Const,
        _ => Mutability::Var,
    };
    let value = of_bits(reader.u64().ok_or(Malformed)?, &ty);
    let global = Global::new(&mut *store, GlobalType::new(ty, mutability), value)?;
    let world = store.data_mut();
    if world.globals.insert(number, global).is_some() {
        return Err(Malformed.into());
    }
    if mutability == Mutability::Var {
        world.mutable.push(global);
    }
    Ok(())
}

fn read_table(store: &mut Context<'_>, reader: &mut Reader<'_>) -> wasmtime::Result<()> {
    let number = reader.u32().ok_or(Malformed)?;
    let size = reader.u32().ok_or(Malformed)?;
    let has_elements = reader.u8().ok_or(Malformed)? != 0;
    if size > MAX_TABLE {
        return Err(Malformed.into());
    }
    let table = match store.data().tables.get(&number) {
        Some(table) => *table,
        None => {
            let ty = TableType::new(RefType::FUNCREF, 0, None);
            let table = Table::new(&mut *store, ty, Ref::Func(None))?;
            store.data_mut().tables.insert(number, table);
            table
        }
    };
    let more = u64::from(size).checked_sub(table.size(&*store));
    let more = more.ok_or(Malformed)?;
    if more > 0 {
        table.grow(&mut *store, more, Ref::Func(None))?;
    }
    if has_elements {
        for index in 0..u64::from(size) {
            let element = reader.u64().ok_or(Malformed)?;
            let function = match element {
                protocol::NULL => None,
                element => Some(function_of(store, element)?),
            };
            table.set(&mut *store, index, Ref::Func(function))?;
        }
    }
    Ok(())
}

/// The function that an element names.
pub fn function_of(store: &mut Context<'_>, element: u64) -> Result<Func, Malformed> {
    let index = element as u32;
    if element & protocol::OF_THE_VM != 0 {
        let function = store.data().functions.get(&index);
        return function.copied().ok_or(Malformed);
    }
    let number = ((element >> 32) as u32).checked_sub(1).ok_or(Malformed)?;
    let known = store.data().instances.get(&number).ok_or(Malformed)?;
    if let Some(function) = known.functions.get(&index) {
        return Ok(*function);
    }
    let instance = known.instance;
    let function = instance.get_func(&mut *store, &index.to_string());
    let function = function.ok_or(Malformed)?;
    if let Some(known) = store.data_mut().instances.get_mut(&number) {
        known.functions.insert(index, function);
    }
    Ok(function)
}

/// Whether anything is known of an instance.
pub fn knows(store: &Context<'_>, instance: u32) -> bool {
    store.data().instances.contains_key(&instance)
}

fn read_globals(store: &mut Context<'_>, reader: &mut Reader<'_>) -> wasmtime::Result<()> {
    let count = reader.count(8).ok_or(Malformed)?;
    if count != store.data().mutable.len() {
        return Err(Malformed.into());
    }
    for index in 0..count {
        let bits = reader.u64().ok_or(Malformed)?;
        let global = store.data().mutable[index];
        let ty = global.ty(&*store);
        global.set(&mut *store, of_bits(bits, ty.content()))?;
    }
    Ok(())
}

/// The values of the mutable global variables.
pub fn globals(store: &mut Context<'_>) -> Vec<u64> {
    let count = store.data().mutable.len();
    let values = (0..count).map(|index| {
        let global = store.data().mutable[index];
        to_bits(&global.get(&mut *store))
    });
    values.collect()
}

/// Makes an instance. `false` if its module is not compiled.
pub async fn instantiate(
    store: &mut Context<'_>,
    reader: &mut Reader<'_>,
) -> wasmtime::Result<bool> {
    let number = reader.u32().ok_or(Malformed)?;
    let bytes = reader.bytes().ok_or(Malformed)?;
    let functions = reader.values().ok_or(Malformed)?;
    let memories = read_numbers(reader)?;
    let tables = read_numbers(reader)?;
    let globals = read_numbers(reader)?;
    let compiler = store.data().compiler.clone();
    let Some(compiled) = compiler.compiled(bytes) else {
        return Ok(false);
    };
    let outline = &compiled.outline;
    if knows(store, number)
        || functions.len() != outline.imports.len()
        || memories.len() != outline.memories as usize
        || tables.len() != outline.tables as usize
        || globals.len() != outline.globals.len()
    {
        return Err(Malformed.into());
    }
    let mut externs =
        Vec::with_capacity(functions.len() + memories.len() + tables.len() + globals.len() + 1);
    for import in compiled.module.imports() {
        let index: usize = import.name().parse().map_err(|_| Malformed)?;
        let world = store.data();
        externs.push(match import.module() {
            rewrite::FUNCTIONS => Extern::Func(function_of(store, functions[index])?),
            rewrite::MEMORIES => {
                let found = world.memories.get(&memories[index]);
                Extern::Memory(found.ok_or(Malformed)?.0)
            }
            rewrite::TABLES if index == tables.len() => Extern::Table(growing(store, &memories)?),
            rewrite::TABLES => {
                let found = world.tables.get(&tables[index]);
                Extern::Table(*found.ok_or(Malformed)?)
            }
            _ => {
                let found = world.globals.get(&globals[index]);
                Extern::Global(*found.ok_or(Malformed)?)
            }
        });
    }
    let instance = Instance::new_async(&mut *store, &compiled.module, &externs).await?;
    let known = Known {
        instance,
        functions: HashMap::new(),
    };
    store.data_mut().instances.insert(number, known);
    Ok(true)
}

fn read_numbers(reader: &mut Reader<'_>) -> Result<Vec<u32>, Malformed> {
    let count = reader.count(4).ok_or(Malformed)?;
    let numbers = (0..count).map(|_| reader.u32());
    numbers.collect::<Option<_>>().ok_or(Malformed)
}

/// The table of the functions that grow an instance's memories.
fn growing(store: &mut Context<'_>, memories: &[u32]) -> wasmtime::Result<Table> {
    let ty = TableType::new(RefType::FUNCREF, memories.len() as u32, None);
    let table = Table::new(&mut *store, ty, Ref::Func(None))?;
    for (index, number) in (0..).zip(memories) {
        let grow = machine::function_that_grows(&mut *store, *number);
        table.set(&mut *store, index, Ref::Func(Some(grow)))?;
    }
    Ok(table)
}
