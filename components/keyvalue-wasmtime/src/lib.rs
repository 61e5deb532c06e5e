//! Key-value storage by `wasi:keyvalue@0.2.0-draft`, the version of wasmtime.

mod bindings;
mod stores;

// The allocator.
use jsvm_component_heap as _;

/// The exports of the component.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{bindings, stores::Stores};
    bindings::export!(Stores with_types_in bindings);
}

/// The differences between versions of `wasi:keyvalue`.
mod version {
    use super::bindings::wasi::keyvalue::atomics;
    use super::bindings::wasi::keyvalue::store::{Bucket, Error, KeyResponse};

    /// Name of the default store in most hosts.
    pub const DEFAULT: &str = "default";

    pub fn list(bucket: &Bucket, page: Option<String>) -> Result<KeyResponse, Error> {
        let cursor = page.map(|page| page.parse()).transpose();
        let cursor =
            cursor.map_err(|_| Error::Other("there is no such page of keys".to_owned()))?;
        bucket.list_keys(cursor)
    }

    pub fn increment(bucket: &Bucket, key: &str, delta: i64) -> Result<i64, Error> {
        let refused = |reason: &str| Error::Other(reason.to_owned());
        let delta = u64::try_from(delta);
        let delta = delta.map_err(|_| {
            refused("this host cannot subtract: wasi:keyvalue@0.2.0-draft only adds")
        })?;
        let sum = atomics::increment(bucket, key, delta)?;
        i64::try_from(sum).map_err(|_| refused("the sum is too large"))
    }
}
