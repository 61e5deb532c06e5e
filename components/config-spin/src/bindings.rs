//! Bindings generated from the WIT.
#![allow(unsafe_code, missing_docs, unused)]
#![allow(clippy::all, clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    inline: "
        package jsvm:config-adapter;
        world adapter {
            import wasi:config/store@0.2.0-draft-2024-09-27;
            export jsvm:standalone/config@0.1.0;
        }
    ",
    path: ["../../wit", "../wit", "../wit/wasi/config-spin"],
    world: "adapter",
    generate_all,
});
