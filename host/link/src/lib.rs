//! Links components in other languages to VMs, whose scripts import them.
//!
//! A component is compiled once ([`Linker::compile`]) and linked to any number of VMs
//! ([`LinkExt::link`]). Scripts import its interfaces by their names and call its functions with
//! JavaScript values. No code has to be generated. Types are mapped as by `jco`:
//! `docs/guides/link.md` has the table.
//!
//! ```
//! use jsvm::Source;
//! use jsvm_link::{LinkExt, Linker};
//! let component = wat::parse_str(
//!     r#"(component
//!         (core module $m
//!             (func (export "add") (param i32 i32) (result i32)
//!                 (i32.add (local.get 0) (local.get 1))))
//!         (core instance $i (instantiate $m))
//!         (func (export "add-up") (param "a" u32) (param "b" u32) (result u32)
//!             (canon lift (core func $i "add"))))"#,
//! )
//! .unwrap();
//! let sums = Linker::global()?.compile("acme:sums", component)?;
//! let vm = jsvm::Engine::global()?.vm().link(&sums).build()?;
//! let promise = vm.eval(Source::module(
//!     "import { addUp } from 'acme:sums'; export const sum = addUp(40, 2)",
//! ))?;
//! vm.run_jobs()?;
//! assert_eq!(promise.promise_value()?.get("sum")?.to::<u32>()?, 42);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each VM has its own instance, created at the first call, with memory of its own. A component can
//! compute and read clocks and random numbers; anything else needs [`LinkRights`]. The time of a
//! call counts as time of its VM and has the same limit.
//!
//! If a component traps, the call throws an error. Its instance is lost, and the next call gets a
//! new one. Resources live in the instance, not in the VM. Using a resource of a lost instance, or
//! from before a snapshot, throws a `TypeError`.

mod component;
mod concurrent;
mod cost;
mod declare;
mod error;
mod exports;
mod glue;
mod glue_transfers;
mod handles;
mod instance;
mod lift;
mod linker;
mod links;
mod lower;
mod lower_bytes;
mod names;
mod poll;
mod precompiled;
mod rights;
mod room;
mod runtime;
mod shape;
mod state;
mod table;
mod ticker;
mod typed_call;
mod usage;

pub use component::LinkedComponent;
pub use cost::CompileLimits;
pub use error::LinkError;
pub use linker::{LinkExt, Linker};
pub use rights::LinkRights;

/// Parts that the program `jsvm` uses. They can change in any release.
#[doc(hidden)]
pub mod internal {
    pub use crate::ticker::{EpochTicker, RunningCall};

    /// Returns the estimated memory of compiling a component, in bytes.
    pub fn estimated_memory(bytes: &[u8]) -> Option<u64> {
        let limits = crate::CompileLimits {
            memory: u64::MAX,
            ..crate::CompileLimits::default()
        };
        Some(crate::cost::estimate(bytes, &limits).ok()?.memory)
    }
}
