//! Settings by `wasi:config@0.2.0-draft-2024-09-27`, the version of Spin.

mod bindings;
// The allocator.
use jsvm_component_heap as _;

#[path = "../../config-wasmtime/src/settings.rs"]
mod settings;

/// The exports of the component.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{bindings, settings::Settings};
    bindings::export!(Settings with_types_in bindings);
}
