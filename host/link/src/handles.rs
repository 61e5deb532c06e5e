//! Handles of the resources that a script holds.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wasmtime::component::ResourceAny;

use super::component::Linked;
use super::concurrent::Ends;
use super::shape::ResourceId;
use jsvm::ConversionError;

/// Returns a random number to count handles from. JavaScript numbers are exact up to 2^53, and 0 means
/// no handle.
pub(crate) fn first_number() -> u64 {
    let random = getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()) << 20);
    (random >> 12) | 1 << 51
}

/// The resources of one instance that a script holds, by the numbers of their handles.
pub(crate) struct Handles {
    linked: Arc<Linked>,
    held: FxHashMap<u64, (ResourceId, ResourceAny)>,
    next: u64,
    /// The streams and futures that a script holds.
    pub(crate) ends: Ends,
}

impl Handles {
    /// Creates an empty table. Handle numbers start at a random offset, so a stale handle from
    /// before a snapshot, or from an old instance, cannot alias a new one.
    pub(crate) fn new(linked: &Arc<Linked>) -> Self {
        Handles {
            linked: linked.clone(),
            held: FxHashMap::default(),
            next: first_number(),
            ends: Ends::new(&linked.exports.transfers),
        }
    }

    /// Returns the class of a resource type, for messages.
    pub(crate) fn class(&self, id: ResourceId) -> String {
        let resource = self.linked.exports.resources.get(id.0);
        let class = resource.map_or("Resource", |resource| &*resource.class);
        format!("a {class}")
    }

    /// Adds a resource and returns the number of its handle.
    pub(crate) fn insert(&mut self, id: ResourceId, resource: ResourceAny) -> u64 {
        let number = self.next;
        self.next += 1;
        self.held.insert(number, (id, resource));
        number
    }

    /// Finds a resource by the number of its handle.
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
                "a stale handle: it was disposed or passed on, or belongs to an earlier instance",
            )),
        }
    }

    /// Removes a resource.
    pub(crate) fn take(&mut self, number: u64) -> Option<ResourceAny> {
        self.held.remove(&number).map(|(_, resource)| resource)
    }
}
