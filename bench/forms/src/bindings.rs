//! Bindings generated from `wit/`.
#![allow(clippy::all)]

wasmtime::component::bindgen!({ path: "wit", world: "provider" });
