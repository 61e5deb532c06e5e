//! Bindings generated from `wit/`. What users see of them is re-exported elsewhere.
#![allow(missing_docs, unused, clippy::all)]

wasmtime::component::bindgen!({
    path: "wit",
    world: "js-vm",
    imports: { default: trappable },
    additional_derives: [PartialEq],
});
