//! The JavaScript VM of jsvm as a WebAssembly component, with the data that a host needs to
//! snapshot it.
//!
//! This crate contains files that are built elsewhere, and no code to speak of. Rust programs
//! normally use the crate `jsvm`, which depends on this one.
//!
//! | item | size |
//! |---|---|
//! | [`COMPONENT`] | about 2.9 MB |
//! | [`BASE_IMAGE`] | about 0.8 MB, stored uncompressed |
//! | [`template`] | about 0.25 MB for all templates, compressed with zstd |
//! | [`references`] | about 0.04 MB, compressed with zstd |
//! | [`size_engine`] | about 0.9 MB, compressed with zstd |
//! | [`node_modules`] | about 0.3 MB, compressed with zstd |
//!
//! A program contains only the items that it uses.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `engine` | yes | [`COMPONENT`], [`BASE_IMAGE`] and the constants that describe them |
//! | `templates` | no | [`template`] and [`references`], with the crates `postcard`, `serde` and `zstd` |
//! | `node` | no | [`node_modules`], with the crates `postcard` and `zstd` |
//! | `read` | no | [`EngineParts`], which reads any engine's component, with `wasmparser` and `sha2` |
//! | `size-engine` | no | [`size_engine`], the VM compiled for size, with `templates` |
//!
//! # Reproducible builds
//!
//! `artefacts/sources.json` in this package lists the SHA-256 of each source file, and the versions of
//! the compilers. `./just verify-component` in jsvm's repository builds the files again from these
//! sources in another folder, and compares every byte.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc = include_str!("../README.md")]
#[cfg(all(doctest, feature = "engine"))]
struct Readme;

#[cfg(feature = "engine")]
#[cfg_attr(
    not(feature = "size-engine"),
    expect(dead_code, reason = "it has those of templates, too")
)]
mod constants {
    include!("../artefacts/constants.rs");
}
#[cfg(feature = "read")]
mod image;
#[cfg(feature = "node")]
mod node;
#[cfg(feature = "read")]
mod read;
#[cfg(feature = "templates")]
mod references;
mod section;
#[cfg(feature = "size-engine")]
mod size_engine;

#[cfg(feature = "read")]
#[cfg_attr(docsrs, doc(cfg(feature = "read")))]
pub use image::BaseImage;
#[cfg(feature = "node")]
pub use node::node_modules;
#[cfg(feature = "read")]
#[cfg_attr(docsrs, doc(cfg(feature = "read")))]
pub use read::{EngineParts, ReadError};
#[cfg(feature = "templates")]
#[cfg_attr(docsrs, doc(cfg(feature = "templates")))]
pub use references::{Builtin, Constant, Feature, FunctionUses, Part, References};
pub use section::{is_version, Description, WrongLine, SECTION};
#[cfg(feature = "size-engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "size-engine")))]
pub use size_engine::{size_engine, SizeEngine, SIZE_FINGERPRINT};

/// The component: `js-vm.wasm`.
///
/// It exports the interfaces `jsvm:engine/vm` and `jsvm:engine/snapshot`, and imports
/// `jsvm:engine/host`.
///
/// ```
/// // Version 13 of the binary format, layer 1: a component.
/// assert_eq!(jsvm_component::COMPONENT[..8], *b"\0asm\x0d\0\x01\0");
/// ```
#[cfg(feature = "engine")]
pub static COMPONENT: &[u8] = include_bytes!("../artefacts/js-vm.wasm");

/// The memory of a fresh VM, from [`BASE_IMAGE_START`] on.
///
/// Its length is a multiple of 4,096 bytes and at most [`BASE_IMAGE_SIZE`]. The rest of the memory is
/// zero. A snapshot contains only the pages that differ from it.
///
/// ```
/// use jsvm_component::{BASE_IMAGE, BASE_IMAGE_SIZE};
///
/// let mut memory = BASE_IMAGE.to_vec();
/// memory.resize(BASE_IMAGE_SIZE as usize, 0);
/// ```
#[cfg(feature = "engine")]
pub static BASE_IMAGE: &[u8] = include_bytes!("../artefacts/js-vm.image");

/// The size of a fresh VM's memory in bytes, without the stack before it.
///
/// ```
/// // WebAssembly's memories grow by pages of 64 KiB.
/// let memory = jsvm_component::BASE_IMAGE_START + jsvm_component::BASE_IMAGE_SIZE;
/// assert_eq!(memory % 65_536, 0);
/// ```
#[cfg(feature = "engine")]
pub const BASE_IMAGE_SIZE: u64 = constants::BASE_IMAGE_SIZE;

/// The address in memory at which [`BASE_IMAGE`] begins. The module's own stack is before it.
#[cfg(feature = "engine")]
pub const BASE_IMAGE_START: u64 = constants::BASE_IMAGE_START;

/// Bytes at the beginning of [`BASE_IMAGE`] that never change: constants of the module.
#[cfg(feature = "engine")]
pub const CONSTANT_BYTES: u64 = constants::CONSTANT_BYTES;

/// The address in memory of two counters of 32 bits, which count down to the next call of the import
/// `poll`: branches of JavaScript, and iterations of loops in built-ins.
///
/// A host may write zero to both at any time, from any thread: the VM then polls at once.
///
/// ```
/// assert!(jsvm_component::POLL_COUNTERS as u64 > jsvm_component::BASE_IMAGE_START);
/// ```
#[cfg(feature = "engine")]
pub const POLL_COUNTERS: usize = constants::POLL_COUNTERS;

/// The SHA-256 of [`COMPONENT`].
///
/// It names the engine: a snapshot can be restored only by the component that made it, whatever
/// program runs that component. Snapshots therefore contain the fingerprint.
///
/// ```
/// let digits = jsvm_component::FINGERPRINT.map(|byte| format!("{byte:02x}"));
/// println!("component {}", digits.concat());
/// ```
#[cfg(feature = "engine")]
pub const FINGERPRINT: [u8; 32] = constants::FINGERPRINT;

/// The version of jsvm that built [`COMPONENT`].
///
/// ```
/// assert!(jsvm_component::VERSION.starts_with(|first: char| first.is_ascii_digit()));
/// ```
#[cfg(feature = "engine")]
pub const VERSION: &str = constants::VERSION;

/// The version of the WIT package `jsvm:engine` that [`COMPONENT`] implements.
///
/// ```
/// assert_eq!(jsvm_component::WIT_VERSION.split('.').count(), 3);
/// ```
#[cfg(feature = "engine")]
pub const WIT_VERSION: &str = constants::WIT_VERSION;

/// The version of the requests that the JavaScript inside [`COMPONENT`] makes; see the crate
/// `jsvm-protocol`.
///
/// ```
/// assert!(jsvm_component::REQUESTS > 0);
/// ```
#[cfg(feature = "engine")]
pub const REQUESTS: u16 = constants::REQUESTS;

/// The licences of the code inside this crate's files, as Markdown.
///
/// A program that contains [`COMPONENT`] must pass on this text, or one with the same notices.
///
/// ```
/// assert!(jsvm_component::THIRD_PARTY.contains("QuickJS-NG"));
/// ```
#[cfg(feature = "engine")]
pub static THIRD_PARTY: &str = include_str!("../artefacts/THIRD-PARTY.md");

/// Returns the template of a built file, or `None` if there is none of this name.
///
/// A template is a component with an empty core module in the place of the VM's module. `jsvm build`
/// puts the module there, with a program in its memory. A second module carries out what the program asks
/// for, and shares the memory.
///
/// The name says what the file exports, what it imports besides, and for which host:
/// `command`, `http-keyvalue-config-spin`. All templates are decompressed for each call, which takes
/// some milliseconds.
///
/// ```
/// let template = jsvm_component::template("command").unwrap();
/// assert_eq!(template[..4], *b"\0asm");
/// assert!(jsvm_component::template("no such template").is_none());
/// ```
#[cfg(feature = "templates")]
#[cfg_attr(docsrs, doc(cfg(feature = "templates")))]
pub fn template(name: &str) -> Option<Vec<u8>> {
    let compressed = include_bytes!("../artefacts/templates.zst");
    // Neither fails for the file of this crate, as the tests of the crate show.
    let all = zstd::bulk::decompress(compressed, constants::TEMPLATES_SIZE).ok()?;
    let templates: Vec<(&str, &[u8])> = postcard::from_bytes(&all).ok()?;
    let found = templates.into_iter().find(|(other, _)| *other == name);
    found.map(|(_, template)| template.to_vec())
}

/// Returns what the functions and constants of the module in [`COMPONENT`] need of each other.
///
/// ```
/// let references = jsvm_component::references().unwrap();
/// assert!(references.builtins.iter().any(|builtin| builtin.name == "toSorted"));
/// ```
#[cfg(feature = "templates")]
#[cfg_attr(docsrs, doc(cfg(feature = "templates")))]
pub fn references() -> Option<References> {
    let compressed = include_bytes!("../artefacts/references.zst");
    // Neither fails for the file of this crate, as the tests of the crate show.
    let bytes = zstd::bulk::decompress(compressed, constants::REFERENCES_SIZE).ok()?;
    postcard::from_bytes(&bytes).ok()
}
