//! Bindings generated from the WIT.
#![allow(unsafe_code, missing_docs, unused)]
#![allow(clippy::all, clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    path: ["../../wit", "../wit"],
    world: "jsvm:standalone/no-host",
    generate_all,
});
