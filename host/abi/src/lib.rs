//! The description of a WIT world, as the VM of a component for that world reads it.
//!
//! `jsvm build --wit` reads WIT and writes a [`World`]: types, functions, and the names that they have in
//! JavaScript. The VM keeps it in its memory, and converts values between JavaScript and the
//! [canonical ABI] by it. The adapter module around the VM passes core values only.
//!
//! * [`World`] and its parts are the description; [`World::to_bytes`] and [`World::from_bytes`] are its form.
//! * [`Layouts`] has sizes, alignments and flat forms of types.
//! * [`Signature`] has the core types of a function.
//! * [`adapter`] has the names by which VM and adapter call each other.
//!
//! ```
//! use jsvm_abi::{Core, Function, Layouts, Parameter, Signature, Type, World};
//!
//! let mut world = World::default();
//! let text = world.add(Type::String);
//! let greet = Function {
//!     name: "greet".into(),
//!     parameters: vec![Parameter { name: "name".into(), ty: text }],
//!     result: Some(text),
//!     is_async: false,
//! };
//! let layouts = Layouts::of(&world.types).unwrap();
//! let signature = Signature::of_export(&greet, &layouts);
//! assert_eq!(signature.parameters, [Core::I32, Core::I32]);
//! assert_eq!(signature.results, [Core::I32]);
//! assert_eq!(World::from_bytes(&world.to_bytes()).unwrap(), world);
//! ```
//!
//! [canonical ABI]: https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md
#![no_std]

extern crate alloc;

pub mod adapter;
mod form;
mod layout;
mod signature;
mod world;

pub use form::DamagedWorld;
pub use layout::{Core, Layout, Layouts, TooLarge};
pub use signature::{
    MAX_FLAT_ASYNC_PARAMETERS, MAX_FLAT_PARAMETERS, MAX_FLAT_RESULTS, SLOT, Signature,
};
pub use world::{
    Callee, Case, Export, ExportKind, Field, Function, Import, Item, ItemKind, Member, MemberKind,
    Module, Parameter, Resource, ResourceSide, Transfer, Type, TypeId, World,
};

/// The body of a JavaScript function that converts streams of WIT: it gets functions that read and write
/// ends as `natives`, and returns functions that make a `ReadableStream` of an end and write an iterable
/// to one. Components for WIT worlds and scripts with linked components use it.
pub const STREAMS: &str = include_str!("streams.js");

#[cfg(test)]
mod tests;
