//! Core types of functions.

use alloc::vec::Vec;

use crate::layout::{Core, Layout, Layouts};
use crate::world::{Function, TypeId};

/// The most core values that the parameters of a function are passed in.
pub const MAX_FLAT_PARAMETERS: usize = 16;

/// The most core values that the parameters of an imported asynchronous function are passed in.
pub const MAX_FLAT_ASYNC_PARAMETERS: usize = 4;

/// The most core values that the result of a function is passed in.
pub const MAX_FLAT_RESULTS: usize = 1;

/// Bytes of a slot, in which the VM and its adapter pass a core value.
pub const SLOT: u32 = 8;

/// The core type of a function in the canonical ABI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// The core parameters.
    pub parameters: Vec<Core>,
    /// The core results, one at most.
    pub results: Vec<Core>,
    /// Whether the only parameter that is not the place of the result is the address of the arguments.
    pub has_arguments_in_memory: bool,
    /// Whether the result is in memory: an import has its address as last parameter, and an export
    /// returns it.
    pub has_result_in_memory: bool,
}

impl Signature {
    /// Returns the type of a function that the VM imports. An asynchronous one has its result in memory, and
    /// returns the state of the call.
    pub fn of_import(function: &Function, layouts: &Layouts) -> Signature {
        let max = match function.is_async {
            true => MAX_FLAT_ASYNC_PARAMETERS,
            false => MAX_FLAT_PARAMETERS,
        };
        let mut signature = Signature::of(types(function), function.result, max, layouts);
        if function.is_async {
            signature.has_result_in_memory = function.result.is_some();
            signature.results = Vec::from([Core::I32]);
        }
        if signature.has_result_in_memory {
            signature.parameters.push(Core::I32);
        }
        signature
    }

    /// Returns the type of a function that the VM exports. An asynchronous one returns a code, and passes its
    /// result by a function of the type [`Signature::of_return`].
    pub fn of_export(function: &Function, layouts: &Layouts) -> Signature {
        let mut signature = Signature::of(
            types(function),
            function.result,
            MAX_FLAT_PARAMETERS,
            layouts,
        );
        if function.is_async {
            signature.has_result_in_memory = false;
            signature.results = Vec::from([Core::I32]);
        } else if signature.has_result_in_memory {
            signature.results = Vec::from([Core::I32]);
        }
        signature
    }

    /// Returns the type of the function that passes the result of an asynchronous export.
    pub fn of_return(result: Option<TypeId>, layouts: &Layouts) -> Signature {
        let types = result.as_slice().iter().copied();
        Signature::of(types, None, MAX_FLAT_PARAMETERS, layouts)
    }

    #[inline(never)]
    fn of(
        types: impl Iterator<Item = TypeId>,
        result: Option<TypeId>,
        max: usize,
        layouts: &Layouts,
    ) -> Signature {
        let mut parameters = Some(Vec::new());
        for ty in types {
            let flat = layouts.get(ty).flat.as_deref();
            parameters = match (parameters, flat) {
                (Some(mut all), Some(flat)) if all.len() + flat.len() <= max => {
                    all.extend_from_slice(flat);
                    Some(all)
                }
                _ => None,
            };
        }
        let result = result.map(|ty| layouts.get(ty));
        let flat = match result.map(|Layout { flat, .. }| flat) {
            None => Some(Vec::new()),
            Some(Some(flat)) if flat.len() <= MAX_FLAT_RESULTS => Some(flat.clone()),
            Some(_) => None,
        };
        Signature {
            has_arguments_in_memory: parameters.is_none(),
            has_result_in_memory: flat.is_none(),
            parameters: parameters.unwrap_or_else(|| Vec::from([Core::I32])),
            results: flat.unwrap_or_default(),
        }
    }
}

fn types(function: &Function) -> impl Iterator<Item = TypeId> {
    function.parameters.iter().map(|parameter| parameter.ty)
}
