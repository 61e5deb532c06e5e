//! Names and records of the requests between a VM and its embedder.
//!
//! A VM does no input or output. It asks its embedder in two ways:
//!
//! * A *host call* returns its result at once. The VM is on the stack meanwhile. [`webassembly`] is one.
//! * A *request* is a queued call with a promise for its result. The embedder takes requests when
//!   the VM has returned, does the work, and settles them, perhaps in another process. The names
//!   are in [`http`], [`keyvalue`], [`config`] and [`mod@import`].
//!
//! The embedder asks the VM by *roots*: values that the VM keeps under a name. Their names are in
//! [`http`] and [`standalone`].
//!
//! Arguments and results are JavaScript values in the data form (`wit/data.md`). The tables in this
//! crate say which values each name takes and gives. A name is a constant, so a driver, the guest
//! and a Rust embedder cannot disagree about it:
//!
//! ```
//! use jsvm_protocol::{config, http, keyvalue};
//!
//! fn describe(request: &str) -> &'static str {
//!     match request {
//!         http::FETCH => "sends a request",
//!         keyvalue::GET => "reads a value",
//!         config::GET => "reads a setting",
//!         _ => "is for another driver",
//!     }
//! }
//! assert_eq!(describe("jsvm:http-fetch"), "sends a request");
//! ```
//!
//! # Versions
//!
//! A frozen program makes the requests of its time. So a name never changes its meaning, and embedders
//! answer each version from [`OLDEST`] to [`VERSION`], for at least [`ANSWERED_YEARS`] years.
#![no_std]

extern crate alloc;

pub mod config;
pub mod http;
pub mod import;
pub mod keyvalue;
pub mod module;
pub mod standalone;
mod version;
pub mod webassembly;

pub use version::{ANSWERED_YEARS, OLDEST, VERSION};

#[cfg(test)]
mod tests;
