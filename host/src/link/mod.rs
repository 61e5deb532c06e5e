//! Components in other languages, which scripts import.
//!
//! A component is compiled once ([`Engine::link`](crate::Engine::link)) and linked to any number of
//! VMs ([`VmBuilder::link`](crate::VmBuilder::link)). Scripts import its interfaces by their names,
//! and call its functions with values of JavaScript; no code has to be generated for that. How types
//! are mapped is in `docs/link.md`: as `jco` does it.
//!
//! ```
//! use jsvm::Source;
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
//! let engine = jsvm::Engine::global()?;
//! let sums = engine.link("acme:sums", component)?;
//! let vm = engine.vm().link(&sums).build()?;
//! let promise = vm.eval(Source::module(
//!     "import { addUp } from 'acme:sums'; export const sum = addUp(40, 2)",
//! ))?;
//! vm.run_jobs()?;
//! assert_eq!(promise.promise_result()?.get("sum")?.to::<u32>()?, 42);
//! # Ok::<(), jsvm::Error>(())
//! ```
//!
//! Each VM has an instance of its own, made at its first call, with memory that nothing shares. A
//! component may compute, and read clocks and random numbers; anything else needs
//! [`LinkRights`]. The time that a call takes is time of its VM, and is limited as that is.
//!
//! A component that traps throws an error in the script. Its instance is gone then; the next call
//! makes a new one. Resources live in the instance and not in the VM: those of one that is gone, or
//! that were made before a VM was frozen, throw a `TypeError` that says so.

mod component;
mod declare;
mod error;
mod exports;
mod fast;
mod glue;
mod handles;
mod lift;
mod links;
mod live;
mod lower;
mod names;
mod rights;
mod runtime;
mod shape;
mod state;
mod stop;
mod straight;
mod table;
mod waiting;

pub use component::LinkedComponent;
pub use error::LinkError;
pub(crate) use links::Links;
pub use rights::LinkRights;
pub(crate) use runtime::Runtime;
pub(crate) use state::Surroundings;
pub(crate) use stop::Stop;
pub(crate) use table::LinkTable;
