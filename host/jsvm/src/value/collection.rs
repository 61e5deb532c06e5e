//! Maps, sets and dates.

use super::Value;
use crate::arg::IntoArg;
use crate::bindings::wit;
use crate::error::Error;

/// How many entries one call copies out as handles.
const CHUNK: u32 = 4096;

/// Maps, sets and dates. No method is looked up: it does not matter what scripts made of the
/// prototypes, and no code of a script runs.
impl Value {
    /// `map.get(key)`, of a `Map` or `WeakMap`.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let ages = vm.eval("Map.prototype.get = () => 'fooled'; new Map([['Ann', 7]])")?;
    /// assert_eq!(ages.map_get("Ann")?.to::<u32>()?, 7);
    /// ages.map_set("Bob", 9)?;
    /// assert_eq!(ages.size()?, 2);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is neither; [`Error::ForeignValue`].
    pub fn map_get(&self, key: impl IntoArg) -> Result<Value, Error> {
        let h = self.object()?;
        let mut kept = Vec::new();
        let key = key.into_arg().input(&h.vm, &mut kept)?;
        let output =
            h.vm.try_enter(|e| e.vm.collections().call_map_get(e.store, h.resource, &key))?;
        Ok(h.vm.wrap(output))
    }

    /// `map.set(key, to)`, of a `Map` or `WeakMap`.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is neither, or if it is a `WeakMap` and the
    /// key cannot be held weakly; [`Error::ForeignValue`]; [`Error::Limit`].
    pub fn map_set(&self, key: impl IntoArg, to: impl IntoArg) -> Result<(), Error> {
        let h = self.object()?;
        let mut kept = Vec::new();
        let key = key.into_arg().input(&h.vm, &mut kept)?;
        let to = to.into_arg().input(&h.vm, &mut kept)?;
        h.vm.try_enter(|e| {
            e.vm.collections()
                .call_map_set(e.store, h.resource, &key, &to)
        })
    }

    /// `set.add(member)`, of a `Set` or `WeakSet`.
    ///
    /// # Errors
    /// As [`map_set`](Self::map_set).
    pub fn set_add(&self, member: impl IntoArg) -> Result<(), Error> {
        let h = self.object()?;
        let mut kept = Vec::new();
        let member = member.into_arg().input(&h.vm, &mut kept)?;
        h.vm.try_enter(|e| {
            e.vm.collections()
                .call_set_add(e.store, h.resource, &member)
        })
    }

    /// Returns whether a `Map`, `Set`, `WeakMap` or `WeakSet` has a key.
    ///
    /// # Errors
    /// As [`map_get`](Self::map_get).
    pub fn has_member(&self, key: impl IntoArg) -> Result<bool, Error> {
        let h = self.object()?;
        let mut kept = Vec::new();
        let key = key.into_arg().input(&h.vm, &mut kept)?;
        h.vm.try_enter(|e| {
            e.vm.collections()
                .call_has_member(e.store, h.resource, &key)
        })
    }

    /// Deletes a key of a `Map`, `Set`, `WeakMap` or `WeakSet`. Returns whether there was one.
    ///
    /// # Errors
    /// As [`map_get`](Self::map_get).
    pub fn delete_member(&self, key: impl IntoArg) -> Result<bool, Error> {
        let h = self.object()?;
        let mut kept = Vec::new();
        let key = key.into_arg().input(&h.vm, &mut kept)?;
        h.vm.try_enter(|e| {
            e.vm.collections()
                .call_delete_member(e.store, h.resource, &key)
        })
    }

    /// Empties a `Map` or `Set`.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is neither.
    pub fn clear(&self) -> Result<(), Error> {
        let h = self.object()?;
        h.vm.try_enter(|e| e.vm.collections().call_clear(e.store, h.resource))
    }

    /// Returns how many entries a `Map` or `Set` has.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is neither.
    pub fn size(&self) -> Result<u32, Error> {
        let h = self.object()?;
        h.vm.try_enter(|e| e.vm.collections().call_get_size(e.store, h.resource))
    }

    /// Keys and values of a `Map`, in order. Each that is not a primitive is a handle: for a large
    /// map [`to_data`](Self::to_data) is cheaper.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let map = vm.create_map([("a", 1), ("b", 2)])?;
    /// let (key, value) = &map.entries()?[1];
    /// assert_eq!((key.to::<String>()?, value.to::<u32>()?), ("b".to_owned(), 2));
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is no `Map`.
    pub fn entries(&self) -> Result<Vec<(Value, Value)>, Error> {
        let h = self.object()?;
        let entries = chunked(|start| {
            h.vm.try_enter(|e| {
                e.vm.collections()
                    .call_get_map_entries(e.store, h.resource, start, CHUNK)
            })
        })?;
        let wrap = |output: wit::Output| h.vm.wrap(output);
        let entries = entries.into_iter();
        Ok(entries
            .map(|(key, value)| (wrap(key), wrap(value)))
            .collect())
    }

    /// Members of a `Set`, in order.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is no `Set`.
    pub fn members(&self) -> Result<Vec<Value>, Error> {
        let h = self.object()?;
        let members = chunked(|start| {
            h.vm.try_enter(|e| {
                e.vm.collections()
                    .call_get_set_members(e.store, h.resource, start, CHUNK)
            })
        })?;
        Ok(members
            .into_iter()
            .map(|member| h.vm.wrap(member))
            .collect())
    }

    /// Milliseconds of a `Date` since 1970-01-01T00:00:00Z; NaN if it is invalid.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is no `Date`.
    pub fn time(&self) -> Result<f64, Error> {
        let h = self.object()?;
        h.vm.try_enter(|e| e.vm.objects().call_get_date_time(e.store, h.resource))
    }

    /// `date.setTime(milliseconds)`
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is no `Date`.
    pub fn set_time(&self, milliseconds: f64) -> Result<(), Error> {
        let h = self.object()?;
        h.vm.try_enter(|e| {
            e.vm.objects()
                .call_set_date_time(e.store, h.resource, milliseconds)
        })
    }
}

/// What is fetched in pieces, until there is one that is not full.
fn chunked<T>(mut fetch: impl FnMut(u32) -> Result<Vec<T>, Error>) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    loop {
        let piece = fetch(u32::try_from(all.len()).unwrap_or(u32::MAX))?;
        let is_last = piece.len() < CHUNK as usize;
        all.extend(piece);
        if is_last {
            return Ok(all);
        }
    }
}
