//! Programs of a WIT world: their imports are modules, and their exports are called by core values.
//!
//! The tool that builds a component gives the VM a description of the world (`jsvm-abi`), evaluates the
//! program, and binds its exports. In the component, an adapter module shares the VM's memory and passes
//! core values; what they mean is known here alone. `lift` makes JavaScript values of them, `lower` the
//! other way round, both by the types of the description.
//!
//! A VM without a world contains nothing of this: `module` finds it by a function pointer that
//! [`define`] sets, so that a file for another purpose can leave it out. In the same way, `hooks` finds
//! `concurrent`, which has what only worlds with asynchronous functions, futures or streams need.

mod adapter;
mod bind;
mod class;
mod concurrent;
mod described;
mod export;
mod fault;
mod hooks;
mod import;
mod lift;
mod lower;
mod module;
mod objects;
mod parent;
mod place;
mod resource;
mod scalar;
mod settle;

pub use bind::{Mismatch, Problem, bind};
pub use described::define;
