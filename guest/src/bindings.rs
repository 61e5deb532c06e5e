//! Bindings generated from `wit/` by the build script.
#![allow(unsafe_code, missing_docs, unused)]
#![allow(clippy::all, clippy::undocumented_unsafe_blocks)]

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
