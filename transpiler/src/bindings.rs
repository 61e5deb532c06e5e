//! Bindings generated from `wit/`.
#![allow(unsafe_code, missing_docs, unused)]
#![allow(clippy::all, clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    path: "wit",
    world: "js-transpiler",
});
