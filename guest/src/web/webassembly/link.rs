//! Instances.

use wasmi::errors::{ErrorKind, InstantiationError};
use wasmi::{Extern, ExternType, Func, Instance};

use super::module::Compiled;
use super::run::{self, Nested};
use super::world::{self, World};
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
    let linked = world::with(|world| {
        let mut externs = Vec::with_capacity(count);
        for (import, link) in module.imports().zip(&given) {
            externs.push(world.extern_of(import.ty(), link));
        }
        Instance::new(&mut world.store, &module, &externs)
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
            let mut start = None;
            for name in &compiled.hidden {
                match instance.get_export(&world.store, name) {
                    Some(Extern::Func(func)) => start = Some(world.plain_function(func)),
                    Some(Extern::Table(table)) => {
                        world.table(table);
                    }
                    Some(Extern::Global(global)) => {
                        world.global(global);
                    }
                    _ => {}
                }
            }
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

    fn plain_function(&mut self, func: Func) -> std::rc::Rc<world::Function> {
        let ty = func.ty(&self.store);
        let number = self.register(func, ty, None);
        self.functions[number as usize].clone()
    }
}
