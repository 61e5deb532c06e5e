//! Tests of VMs through the public interface of `jsvm` and through that of the component.
//!
//! They are one program, since each would link the whole runtime: a module for each subject.
#![allow(missing_docs, clippy::unwrap_used)]

mod artefact;
mod batch;
mod buffers;
mod bytecode;
mod calls;
mod checks;
mod collections;
mod component;
mod crates;
mod data;
mod descriptors;
mod driver;
mod engine_edits;
mod errors;
mod event_loop;
mod fork;
mod graphs;
mod handlers;
mod host_functions;
mod host_promises;
mod hostile_data;
mod http;
mod instances;
mod intrinsics;
mod iterate;
mod keep;
mod limits;
mod memory;
mod mistakes;
mod misuse;
mod module_kinds;
mod modules;
mod objects;
mod promise_events;
mod promises;
mod raw;
mod requests;
mod serde;
mod snapshot;
mod timezone;
mod values;
mod weak;
mod wrong_snapshot;
