//! Objects of the program that others have handles of, as resources.

use std::collections::BTreeMap;

use crate::js::Value;

/// An object of the program that others have handles of.
struct Shared {
    object: Value,
    handles: u32,
}

/// The objects that others have handles of. A representation is the index plus 1: hosts exist that take 0 for
/// none.
pub struct Objects {
    objects: Vec<Option<Shared>>,
    /// Representations that no object has.
    free: Vec<u32>,
    /// Representations by the addresses of objects.
    known: BTreeMap<usize, u32>,
}

impl Objects {
    /// There are none.
    pub const fn new() -> Objects {
        Objects {
            objects: Vec::new(),
            free: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    /// Counts one more handle of an object. Returns its representation.
    pub fn add(&mut self, object: &Value) -> u32 {
        let address = object.address().unwrap_or_default();
        if let Some(representation) = self.known.get(&address).copied()
            && let Some(shared) = self.entry(representation).and_then(Option::as_mut)
        {
            shared.handles += 1;
            return representation;
        }
        let shared = Some(Shared {
            object: object.clone(),
            handles: 1,
        });
        let representation = self.free.pop().unwrap_or_else(|| {
            self.objects.push(None);
            self.objects.len() as u32
        });
        if let Some(entry) = self.entry(representation) {
            *entry = shared;
        }
        self.known.insert(address, representation);
        representation
    }

    fn entry(&mut self, representation: u32) -> Option<&mut Option<Shared>> {
        self.objects
            .get_mut(representation.checked_sub(1)? as usize)
    }

    /// The object of a representation.
    pub fn get(&mut self, representation: u32) -> Option<Value> {
        let shared = self.entry(representation)?.as_ref()?;
        Some(shared.object.clone())
    }

    /// Counts one handle less. Returns the object if it was the last.
    pub fn remove(&mut self, representation: u32) -> Option<Value> {
        let entry = self.entry(representation)?;
        let shared = entry.as_mut()?;
        shared.handles -= 1;
        if shared.handles > 0 {
            return None;
        }
        let object = entry.take()?.object;
        self.free.push(representation);
        self.known.remove(&object.address().unwrap_or_default());
        Some(object)
    }
}
