//! Finds the exports of the world in the program.

use jsvm_abi::{Export, ExportKind};

use super::described::{Described, described};
use super::export::{self, Bound};
use crate::js::{self, JsResult, Thrown, Value};

/// Why an export does not fit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    Missing,
    NoObject,
    NoFunction,
    NoClass,
}

/// An export that does not fit.
pub struct Problem {
    /// The number of the export.
    pub export: u32,
    pub mismatch: Mismatch,
    /// The name at fault.
    pub name: String,
}

/// Keeps the functions that the program exports, unless there is a problem.
///
/// # Errors
/// The VM has no world; what an accessor threw.
pub fn bind(module: &Value) -> JsResult<Vec<Problem>> {
    let world = described().ok_or_else(|| Thrown::error("the VM has no world"))?;
    let mut problems = Vec::new();
    let mut bound = Vec::with_capacity(world.world.exports.len());
    let mut classes = vec![None; world.world.resources.len()];
    for (number, export) in (0..).zip(&world.world.exports) {
        let found = find(world, module, export)?;
        match found {
            Ok(found) => {
                if let (Some(of), Some(class)) = (resource(export), &found.class) {
                    classes[of as usize] = Some(class.clone());
                }
                bound.push(found.bound);
            }
            Err((mismatch, name)) => problems.push(Problem {
                export: number,
                mismatch,
                name,
            }),
        }
    }
    if problems.is_empty() {
        export::keep(bound, classes);
    }
    Ok(problems)
}

fn resource(export: &Export) -> Option<u32> {
    match export.kind {
        ExportKind::Free => None,
        ExportKind::Constructor(of) | ExportKind::Method(of) | ExportKind::Static(of) => Some(of),
    }
}

struct Found {
    bound: Bound,
    class: Option<Value>,
}

type Looked<T> = Result<T, (Mismatch, String)>;

fn find(world: &Described, module: &Value, export: &Export) -> JsResult<Looked<Found>> {
    let scope = match interface(module, export)? {
        Ok(scope) => scope,
        Err(problem) => return Ok(Err(problem)),
    };
    let name = &*export.function.name;
    let Some(of) = resource(export) else {
        let function = property(&scope, name)?;
        return Ok(
            check(&function, Value::is_function, Mismatch::NoFunction, name).map(|()| Found {
                bound: Bound::Function {
                    function,
                    this: scope,
                },
                class: None,
            }),
        );
    };
    let class_name = &*world.world.resources[of as usize].name;
    let class = property(&scope, class_name)?;
    if let Err(problem) = check(&class, Value::is_function, Mismatch::NoClass, class_name) {
        return Ok(Err(problem));
    }
    let prototype = class.get("prototype")?;
    if !prototype.is_object() {
        return Ok(Err((Mismatch::NoClass, class_name.to_owned())));
    }
    let bound = match export.kind {
        ExportKind::Constructor(_) | ExportKind::Free => Bound::Constructor {
            class: class.clone(),
        },
        ExportKind::Method(_) => {
            let method = property(&prototype, name)?;
            let full = format!("{class_name}.{name}");
            if let Err(problem) = check(&method, Value::is_function, Mismatch::NoFunction, &full) {
                return Ok(Err(problem));
            }
            Bound::Method {
                key: Value::text(name)?,
            }
        }
        ExportKind::Static(_) => {
            let function = property(&class, name)?;
            let full = format!("{class_name}.{name}");
            if let Err(problem) = check(&function, Value::is_function, Mismatch::NoFunction, &full)
            {
                return Ok(Err(problem));
            }
            Bound::Function {
                function,
                this: class.clone(),
            }
        }
    };
    Ok(Ok(Found {
        bound,
        class: Some(class),
    }))
}

/// The object with the functions of an export's interface, or the module itself.
fn interface(module: &Value, export: &Export) -> JsResult<Looked<Value>> {
    let Some(first) = export.interface.first() else {
        return Ok(Ok(module.clone()));
    };
    for name in &export.interface {
        let interface = module.get(&**name)?;
        if !interface.is_undefined() {
            return Ok(
                check(&interface, Value::is_object, Mismatch::NoObject, name).map(|()| interface),
            );
        }
    }
    Ok(Err((Mismatch::Missing, first.clone())))
}

/// Reads a property that the program gave an object or something that it inherits from. All objects inherit
/// `toString`, and all classes `call`.
fn property(object: &Value, name: &str) -> JsResult<Value> {
    let functions = js::function("", 0, &[], |_| Ok(Value::UNDEFINED))?.prototype()?;
    let objects = Value::object()?.prototype()?;
    let mut owner = object.clone();
    while owner.is_object() && !owner.same_value(&functions) && !owner.same_value(&objects) {
        if owner.has_own(name)? {
            return object.get(name);
        }
        owner = owner.prototype()?;
    }
    Ok(Value::UNDEFINED)
}

fn check(value: &Value, fits: fn(&Value) -> bool, mismatch: Mismatch, name: &str) -> Looked<()> {
    if fits(value) {
        return Ok(());
    }
    let mismatch = match value.is_undefined() {
        true => Mismatch::Missing,
        false => mismatch,
    };
    Err((mismatch, name.to_owned()))
}
