//! Bindings generated from `wit/`. Those of WASI are of the crate `wasi`.
#![allow(unsafe_code, missing_docs, unused)]
#![allow(clippy::all, clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    path: "wit",
    world: "reach",
});
