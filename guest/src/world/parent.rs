//! Which handles have to outlive others.
//!
//! A host may refuse to drop a resource while another one that was made of it is there: a body has streams, a
//! stream has pollables. A program cannot say so to the collector. So what a call returns keeps the resources
//! alive that the call got, and a result with several of them keeps the earlier ones alive.

use std::cell::RefCell;

use jsvm_abi::{Function, Type, TypeId};

use super::described::Described;
use crate::js::{JsResult, Key, Property, Value};
use crate::realm::intrinsics;

/// The description of the symbol under which an instance has those that have to outlive it.
const KEY: &str = "jsvm:world-parents";

thread_local! {
    /// The instances that the handles of a result keep alive, while one is lifted that has handles.
    static PARENTS: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Lifts the result of a call with these arguments.
pub fn lifting<T>(
    world: &Described,
    function: &Function,
    args: &[Value],
    lift: impl FnOnce() -> JsResult<T>,
) -> JsResult<T> {
    if !function.result.is_some_and(|ty| world.has_handles(ty)) {
        return lift();
    }
    let args = function.parameters.iter().zip(args);
    let lent = args.filter(|(parameter, _)| matches!(world.ty(parameter.ty), Type::Borrow(_)));
    let parents = lent.map(|(_, value)| value.clone()).collect();
    let outer = PARENTS.replace(Some(parents));
    let lifted = lift();
    PARENTS.set(outer);
    lifted
}

/// Makes a new instance keep the others alive.
pub fn keep(instance: &Value) -> JsResult<()> {
    let parents = PARENTS.with_borrow_mut(|parents| {
        let parents = parents.as_mut()?;
        let before = parents.clone();
        parents.push(instance.clone());
        (!before.is_empty()).then_some(before)
    });
    let Some(parents) = parents else {
        return Ok(());
    };
    let symbol = intrinsics().registered_symbol(KEY)?;
    let parents = Value::array_of(parents)?;
    instance.define(Key::Value(&symbol), parents, Property::HIDDEN)
}

/// For each type, whether values of it can have handles.
pub fn with_handles(types: &[Type]) -> Vec<bool> {
    let mut found = vec![false; types.len()];
    loop {
        let mut is_new = false;
        for (index, ty) in types.iter().enumerate() {
            let has_some = || parts(ty).any(|part| found[part as usize]);
            if !found[index] && (matches!(ty, Type::Own(_)) || has_some()) {
                found[index] = true;
                is_new = true;
            }
        }
        if !is_new {
            return found;
        }
    }
}

/// The types of which a type consists.
fn parts(ty: &Type) -> impl Iterator<Item = TypeId> {
    let parts: Vec<TypeId> = match ty {
        Type::List(ty) | Type::FixedList(ty, _) | Type::Option(ty) => vec![*ty],
        Type::Map(key, value) => vec![*key, *value],
        Type::Tuple(types) => types.clone(),
        Type::Record(fields) => fields.iter().map(|field| field.ty).collect(),
        Type::Variant(cases) => cases.iter().filter_map(|case| case.ty).collect(),
        Type::Result(ok, error) => ok.iter().chain(error).copied().collect(),
        _ => Vec::new(),
    };
    parts.into_iter()
}
