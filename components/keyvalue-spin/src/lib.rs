//! Key-value storage by `wasi:keyvalue@0.2.0-draft2`, the version of Spin.

mod bindings;
// The allocator.
use jsvm_component_heap as _;

#[path = "../../keyvalue-wasmtime/src/stores.rs"]
mod stores;

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

    /// Name of the default store.
    pub const DEFAULT: &str = "default";

    pub fn list(bucket: &Bucket, page: Option<String>) -> Result<KeyResponse, Error> {
        bucket.list_keys(page.as_deref())
    }

    pub fn increment(bucket: &Bucket, key: &str, delta: i64) -> Result<i64, Error> {
        atomics::increment(bucket, key, delta)
    }
}
