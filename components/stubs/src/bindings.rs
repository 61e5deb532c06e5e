//! Bindings generated from the WIT below.
#![allow(unsafe_code, missing_docs, unused)]
#![allow(clippy::all, clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    // The functions that the drivers import. A component is linked by the names and types of what it
    // imports, so the rest of the interfaces is not needed here.
    inline: "
        package wasi:cli@0.2.0;
        interface environment {
            get-environment: func() -> list<tuple<string, string>>;
            get-arguments: func() -> list<string>;
        }
        interface exit {
            exit: func(status: result);
        }
        world stubs {
            export environment;
            export exit;
            export jsvm:standalone/keyvalue@0.1.0;
            export jsvm:standalone/config@0.1.0;
        }
    ",
    path: ["../../wit", "../wit"],
    world: "stubs",
    generate_all,
});
