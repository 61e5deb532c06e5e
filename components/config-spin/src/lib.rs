//! Settings by `wasi:config@0.2.0-draft-2024-09-27`, which Spin has.

mod bindings;
#[path = "../../config-wasmtime/src/settings.rs"]
mod settings;

/// What the outside calls.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{bindings, settings::Settings};
    bindings::export!(Settings with_types_in bindings);
}
