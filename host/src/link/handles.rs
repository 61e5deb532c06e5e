//! Resources that a script holds.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wasmtime::component::ResourceAny;

use super::component::Linked;
use super::shape::ResourceId;
use crate::data::ConversionError;

/// Resources of one instance that a script holds, by the numbers that it has for them.
pub(crate) struct Handles {
    linked: Arc<Linked>,
    held: FxHashMap<u64, (ResourceId, ResourceAny)>,
    next: u64,
}

impl Handles {
    /// None. Numbers begin where nobody can tell: one that a script kept from before its VM was
    /// frozen, or its component began anew, means nothing now.
    pub(crate) fn new(linked: &Arc<Linked>) -> Self {
        let random = getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()) << 20);
        Handles {
            linked: linked.clone(),
            held: FxHashMap::default(),
            // Numbers of JavaScript are exact up to 2^53; 0 is none.
            next: (random >> 12) | 1 << 51,
        }
    }

    /// The class of a type, for messages.
    pub(crate) fn class(&self, id: ResourceId) -> String {
        let resource = self.linked.exports.resources.get(id.0);
        let class = resource.map_or("Resource", |resource| &*resource.class);
        format!("a {class}")
    }

    /// Keeps a resource and returns its number.
    pub(crate) fn insert(&mut self, id: ResourceId, resource: ResourceAny) -> u64 {
        let number = self.next;
        self.next += 1;
        self.held.insert(number, (id, resource));
        number
    }

    /// A resource by its number.
    pub(crate) fn find(
        &self,
        id: ResourceId,
        number: u64,
    ) -> Result<(u64, ResourceAny), ConversionError> {
        match self.held.get(&number) {
            Some((of, resource)) if *of == id => Ok((number, *resource)),
            Some((of, _)) => Err(ConversionError::new(self.class(id), self.class(*of))),
            None => Err(ConversionError::new(
                self.class(id),
                "one that is gone: it was disposed or passed on, or is from before the component \
                 or the VM began anew",
            )),
        }
    }

    /// Takes a resource out.
    pub(crate) fn take(&mut self, number: u64) -> Option<ResourceAny> {
        self.held.remove(&number).map(|(_, resource)| resource)
    }
}
