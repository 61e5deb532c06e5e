//! Crops, sharpens, resizes and encodes pictures by the crate `image`, for scripts that link this
//! component: as functions from bytes to bytes, and as a resource that keeps its picture here.

mod bindings;
mod filters;
mod jpeg;
mod picture;
mod resource;

struct Image;

/// What the outside calls.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{Image, bindings};
    bindings::export!(Image with_types_in bindings);
}
