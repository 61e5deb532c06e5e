//! Instances.

use std::rc::Rc;

use wasmi::errors::{ErrorKind, InstantiationError};
use wasmi::{Extern, ExternType, Func, Instance};

use super::module::Compiled;
use super::native;
use super::outline::Role;
use super::run::{self, Nested};
use super::world::{self, Function, World};
use crate::js::{Call, JsResult, Value};

/// `moduleSize(module)`: the bytes of the memories and tables that it defines, at first.
pub fn module_size(call: Call<'_>) -> JsResult<Value> {
    let size = call
        .arg(0)
        .with_held(|compiled: &mut Compiled| compiled.size)?;
    Ok(Value::number(size as f64))
}

/// `instantiate(module, links)`, in the store of `store()`, which the caller keeps: an array
/// `[name, kind, value, …]` of what the instance exports, where a function is itself and all else a number;
/// or a text if it cannot be linked. `links` are the imports, in the same form.
pub fn instantiate(call: Call<'_>) -> JsResult<Value> {
    let (held, links) = (call.arg(0), call.arg(1));
    let (module, places) = held
        .with_held(|compiled: &mut Compiled| (compiled.module.clone(), compiled.places.clone()))?;
    let count = places.len();
    let mut given = Vec::with_capacity(count);
    for place in places {
        given.push(links.get(place)?);
    }
    let (linked, externs) = world::with(|world| {
        let mut externs = Vec::with_capacity(count);
        for (import, link) in module.imports().zip(&given) {
            externs.push(world.extern_of(import.ty(), link));
        }
        let linked = Instance::new(&mut world.store, &module, &externs);
        world.native.elements_changed();
        (linked, externs)
    })?;
    let instance = match linked {
        Ok(instance) => instance,
        Err(error) => {
            world::with(|world| {
                super::entities::refresh(world);
                world.externs.pin();
            })?;
            return match error.kind() {
                ErrorKind::Instantiation(
                    reason @ (InstantiationError::ImportTypeMismatch { .. }
                    | InstantiationError::GlobalTypeMismatch { .. }
                    | InstantiationError::FuncTypeMismatch { .. }
                    | InstantiationError::TableTypeMismatch { .. }
                    | InstantiationError::MemoryTypeMismatch { .. }),
                ) => Value::text(&reason.to_string()),
                _ => Err(run::thrown(&error)),
            };
        }
    };
    let (exports, start) = held.with_held(|compiled: &mut Compiled| {
        world::with(|world| -> JsResult<_> {
            let mut list = Vec::with_capacity(3 * compiled.exports.len());
            for export in &compiled.exports {
                let Some(item) = instance.get_export(&world.store, &export.name) else {
                    continue;
                };
                list.push(Value::text(&export.name)?);
                list.push(Value::text(export.kind)?);
                list.push(world.value_of(item, export.index)?);
            }
            let start = world.note(compiled, &instance, externs);
            Ok((list, start))
        })
    })???;
    if let Some(start) = start {
        run::run(&Nested::enter()?, &start, &[])?;
    }
    Value::array_of(exports)
}

impl World {
    /// What an import is linked with.
    fn extern_of(&mut self, wanted: &ExternType, link: &Value) -> Extern {
        let at = world::number(link) as usize;
        match wanted {
            ExternType::Func(ty) => Extern::Func(match self.function_of(link) {
                Some(function) => function.func,
                None => self.host_function(link, ty),
            }),
            ExternType::Table(_) => Extern::Table(self.tables[at]),
            ExternType::Memory(_) => Extern::Memory(self.memories[at].memory),
            ExternType::Global(_) => Extern::Global(self.globals[at]),
        }
    }

    /// What JavaScript is given of an export.
    fn value_of(&mut self, item: Extern, index: u32) -> JsResult<Value> {
        let number = match item {
            Extern::Func(func) => return self.object_of(func, Some(index)),
            Extern::Table(table) => self.table(table),
            Extern::Memory(memory) => self.memory(memory),
            Extern::Global(global) => self.global(global),
        };
        Ok(Value::number(f64::from(number)))
    }

    /// Keeps what an instance has, for the search for values and for native code. Returns its start function.
    fn note(
        &mut self,
        compiled: &Compiled,
        instance: &Instance,
        externs: Vec<Extern>,
    ) -> Option<Rc<Function>> {
        let mut entry = native::Instance::new(compiled.native.as_ref());
        let mut start = None;
        let hidden = compiled.hidden.iter().filter_map(|hidden| {
            let item = instance.get_export(&self.store, &hidden.name)?;
            Some((hidden.role, item))
        });
        let hidden: Vec<_> = hidden.collect();
        let imports = externs.into_iter().map(|item| (Role::Held, item));
        for (role, item) in imports.chain(hidden) {
            match (role, item) {
                (Role::Start, Extern::Func(func)) => start = Some(self.plain_function(func)),
                (Role::First, Extern::Func(func)) => entry.first = world::entity_of(&func),
                (Role::Last, Extern::Func(func)) => entry.last = world::entity_of(&func),
                (_, Extern::Func(func)) => entry.imported.push(func),
                (_, Extern::Table(table)) => entry.tables.push(self.table(table)),
                (_, Extern::Memory(memory)) => entry.memories.push(self.memory(memory)),
                (_, Extern::Global(global)) => entry.globals.push(self.global(global)),
            }
        }
        self.native.add(entry);
        start
    }

    fn plain_function(&mut self, func: Func) -> Rc<Function> {
        let ty = func.ty(&self.store);
        let number = self.register(func, ty, None);
        self.functions[number as usize].clone()
    }
}
