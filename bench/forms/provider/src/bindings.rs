//! Bindings generated from `wit/`.
#![allow(clippy::all)]

wit_bindgen::generate!({
    path: "../wit",
    world: "provider",
    // Its result is not a list of Rust's: see `lend.rs`.
    skip: ["lend"],
});
