//! Bindings generated from `wit/`.
#![allow(unsafe_code, missing_docs)]
#![allow(clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    path: "../wit",
    // The world as it is built: what `js-vm` says, and the function that the build calls once
    // to make the base image. The finished component no longer has it.
    inline: r"
        package jsvm:guest;
        world guest {
            include jsvm:engine/js-vm@0.1.0;
            export wizer-initialize: func();
        }
    ",
    world: "jsvm:guest/guest",
    generate_all,
});
