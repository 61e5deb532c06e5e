//! Bindings generated from `wit/`.
#![allow(missing_docs, unused, clippy::all)]

wasmtime::component::bindgen!({
    path: "wit",
    world: "js-transpiler",
    additional_derives: [PartialEq, Eq, Hash],
});
