//! The bindings of the WIT.
#![allow(unsafe_code, missing_docs, reason = "generated from the WIT")]

wit_bindgen::generate!({
    world: "snapshot-codec",
    pub_export_macro: true,
});
