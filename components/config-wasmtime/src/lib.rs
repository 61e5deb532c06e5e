//! Settings by `wasi:config@0.2.0-rc.1`, the version of wasmtime.

mod bindings;
mod settings;

// The allocator.
use jsvm_component_heap as _;

/// The exports of the component.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{bindings, settings::Settings};
    bindings::export!(Settings with_types_in bindings);
}
