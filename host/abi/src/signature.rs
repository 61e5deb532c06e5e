//! Core types of functions.

use alloc::vec::Vec;

use crate::layout::{Core, Layout, Layouts};
use crate::world::Function;

/// The most core values that the parameters of a function are passed in.
pub const MAX_FLAT_PARAMETERS: usize = 16;

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
    /// Returns the type of a function that the VM imports.
    pub fn of_import(function: &Function, layouts: &Layouts) -> Signature {
        let mut signature = Signature::of(function, layouts);
        if signature.has_result_in_memory {
            signature.parameters.push(Core::I32);
        }
        signature
    }

    /// Returns the type of a function that the VM exports.
    pub fn of_export(function: &Function, layouts: &Layouts) -> Signature {
        let mut signature = Signature::of(function, layouts);
        if signature.has_result_in_memory {
            signature.results = Vec::from([Core::I32]);
        }
        signature
    }

    #[inline(never)]
    fn of(function: &Function, layouts: &Layouts) -> Signature {
        let mut parameters = Some(Vec::new());
        for parameter in &function.parameters {
            let flat = layouts.get(parameter.ty).flat.as_deref();
            parameters = match (parameters, flat) {
                (Some(mut all), Some(flat)) if all.len() + flat.len() <= MAX_FLAT_PARAMETERS => {
                    all.extend_from_slice(flat);
                    Some(all)
                }
                _ => None,
            };
        }
        let result = function.result.map(|ty| layouts.get(ty));
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
