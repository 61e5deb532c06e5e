//! Bindings generated from the WIT.
#![allow(unsafe_code, missing_docs, unused)]
#![allow(clippy::all, clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    inline: "
        package jsvm:keyvalue-adapter;
        world adapter {
            import wasi:keyvalue/store@0.2.0-draft;
            import wasi:keyvalue/atomics@0.2.0-draft;
            export jsvm:standalone/keyvalue@0.1.0;
        }
    ",
    path: ["../../wit", "../wit", "../wit/wasi/keyvalue-wasmtime"],
    world: "adapter",
    generate_all,
});
