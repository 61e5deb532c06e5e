//! Settings by `wasi:config@0.2.0-rc.1`, which wasmtime has.

mod bindings;
mod settings;

/// What the outside calls.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{bindings, settings::Settings};
    bindings::export!(Settings with_types_in bindings);
}
